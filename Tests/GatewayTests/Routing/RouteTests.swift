import Commerce
import Inference
import NIOCore
import TestKit
import Testing

@testable import Gateway

struct RouteTests {
    private let model = ChatModel.builtIn[0]
    private let sandbox = ScriptedEngine("sandbox", [])
    private let now = NIODeadline.uptimeNanoseconds(1_000_000_000_000)

    private func route(_ name: String, weight: Int = 1, priority: Int = 1, server: String? = nil) -> Route {
        Route(engine: ScriptedEngine(name, []), model: "m", weight: weight, priority: priority, server: server)
    }

    private func table(_ routes: [Route], rules: RoutingRules = RoutingRules()) -> RouteTable {
        RouteTable(live: [model.id: routes], sandbox: sandbox, rules: rules)
    }

    private func order(_ routes: [Route], for prompt: ChatPrompt = House.prompt(), after: TimeAmount = .zero) -> [String] {
        table(routes).inOrder(routes, for: prompt, at: now + after).map(\.engine.name)
    }

    private func breakDown(_ route: Route, times: Int = RouteLimits.failuresInARow) {
        for _ in 0..<times { route.history.failed(EngineFailure(.unreachable, detail: ""), at: now) }
    }

    @Test func `a test key is answered by the sandbox, whatever is routed`() {
        #expect(table([route("up")]).routes(to: model, for: .test).map(\.engine.name) == ["sandbox"])
    }

    @Test func `a live key never reaches the sandbox by itself`() {
        let table = RouteTable(live: [:], sandbox: sandbox)
        #expect(table.routes(to: model, for: .live).isEmpty)
        #expect(!table.isAvailable(model))
    }

    @Test func `every route is tried once, the heavy one first most of the time`() {
        let routes = [route("light"), route("heavy", weight: 9)]
        let draws = (0..<2000).map { _ in order(routes) }
        #expect(draws.allSatisfy { Set($0) == ["heavy", "light"] && $0.count == 2 })
        let heavyFirst = draws.count { $0.first == "heavy" }
        // 1800 expected; ±100 is more than seven standard deviations.
        #expect((1700...1900).contains(heavyFirst))
    }

    @Test func `a lower priority number comes first, whatever the weights`() {
        let routes = [route("third", weight: 1000, priority: 3), route("second", priority: 2), route("first")]
        #expect((0..<50).allSatisfy { _ in order(routes) == ["first", "second", "third"] })
    }

    @Test func `a route that is out comes last, as a last resort`() {
        let (first, second) = (route("first"), route("second", priority: 2))
        breakDown(first)
        #expect(order([first, second]) == ["second", "first"])
        breakDown(second)
        #expect(order([first, second]) == ["first", "second"])
    }

    @Test func `one request tries a route whose time out is over, the others pass it by`() {
        let (first, second) = (route("first"), route("second", priority: 2))
        breakDown(first)
        let later = RouteLimits.outTime
        #expect(order([first, second], after: later) == ["first", "second"])
        #expect(order([first, second], after: later) == ["second", "first"])
        first.history.answered(asked: now + later, isTimed: true, at: now + later)
        #expect(order([first, second], after: later) == ["first", "second"])
    }

    @Test func `a route that answers far later than its peers is passed by for a while`() {
        let routes = [route("slow", weight: 1000), route("fast"), route("quick")]
        for (route, milliseconds) in zip(routes, [4000, 300, 400] as [Int64]) {
            for _ in 0..<RouteLimits.timedMin {
                route.history.answered(asked: now - .milliseconds(milliseconds), isTimed: true, at: now)
            }
        }
        #expect((0..<50).allSatisfy { _ in order(routes).last == "slow" })
        #expect(order(routes, after: RouteLimits.slowTime).first == "slow")
    }

    @Test func `long prompts that begin alike keep to one route, and spread by weight`() {
        let routes = (0..<4).map { route("up\($0)", weight: $0 == 0 ? 3 : 1) }
        var firsts: [String: Int] = [:]
        for number in 0..<600 {
            let opening = "\(number)" + String(repeating: "x", count: RouteLimits.prefixBytes)
            let orders = ["a", "b"].map { order(routes, for: prompt(opening + $0)) }
            #expect(orders[0] == orders[1])
            firsts[orders[0][0], default: 0] += 1
            // Whoever is first elsewhere stays so when another goes.
            let (gone, rest) = (orders[0].last, orders[0].dropLast())
            #expect(order(routes.filter { $0.engine.name != gone }, for: prompt(opening)) == Array(rest))
        }
        #expect((230...370).contains(firsts["up0"] ?? 0))
    }

    @Test func `short prompts and a table that is not sticky go by chance`() {
        let routes = (0..<4).map { route("up\($0)") }
        #expect(Set((0..<100).map { _ in order(routes, for: prompt("short"))[0] }).count == 4)
        let long = prompt(String(repeating: "x", count: 2 * RouteLimits.prefixBytes))
        let loose = table(routes, rules: RoutingRules(isSticky: false))
        #expect(Set((0..<100).map { _ in loose.inOrder(routes, for: long, at: now)[0].engine.name }).count == 4)
    }

    @Test func `a server that is down is not asked by another key before another server is`() {
        let routes = [route("a", server: "a"), route("a#2", server: "a"), route("b")]
        func rest(_ kind: EngineFailure.Kind) -> [String] {
            RouteTable.rest(of: routes[...], after: EngineFailure(kind, detail: "")).map(\.engine.name)
        }
        #expect(rest(.unreachable) == ["b", "a#2"])
        #expect(rest(.timedOut) == ["b", "a#2"])
        #expect(rest(.overloaded) == ["a#2", "b"])
    }

    private func prompt(_ text: String) -> ChatPrompt {
        ChatPrompt(
            model: model.id, stream: true, choices: 1, outputCap: 10,
            members: [ChatPrompt.Member(name: "messages", value: ByteBuffer(string: text))],
            size: PromptSize(jsonBytes: text.utf8.count, textBytes: text.utf8.count, messages: 1), images: [])
    }
}
