import Commerce
import Inference
import TestKit
import Testing

@testable import Gateway

struct RouteTests {
    private let model = ChatModel.builtIn[0]
    private let sandbox = ScriptedEngine("sandbox", [])

    @Test func `a test key is answered by the sandbox, whatever is routed`() {
        let table = RouteTable(live: [model.id: [Route(engine: ScriptedEngine("up", []), model: "x")]], sandbox: sandbox)
        #expect(table.routes(to: model, for: .test).map(\.engine.name) == ["sandbox"])
    }

    @Test func `a live key never reaches the sandbox by itself`() {
        let table = RouteTable(live: [:], sandbox: sandbox)
        #expect(table.routes(to: model, for: .live).isEmpty)
        #expect(!table.isAvailable(model))
    }

    @Test func `every route is tried once, the heavy one first most of the time`() {
        let heavy = Route(engine: ScriptedEngine("heavy", []), model: "a", weight: 9)
        let light = Route(engine: ScriptedEngine("light", []), model: "b", weight: 1)
        let table = RouteTable(live: [model.id: [light, heavy]], sandbox: sandbox)
        let draws = (0..<2000).map { _ in table.routes(to: model, for: .live).map(\.engine.name) }
        #expect(draws.allSatisfy { Set($0) == ["heavy", "light"] && $0.count == 2 })
        let heavyFirst = draws.count { $0.first == "heavy" }
        // 1800 expected; ±100 is more than seven standard deviations.
        #expect((1700...1900).contains(heavyFirst))
    }
}
