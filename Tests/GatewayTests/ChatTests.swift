import Commerce
import Inference
import NIOCore
import SQLiteStores
import TestKit
import Testing
import Units

@testable import Gateway

struct ChatTests {
    private let usage = Usage(promptTokens: 17, completionTokens: 3)

    @Test func `the reference's example costs 4,350 nanodollars`() async throws {
        let house = try await House([ScriptedEngine([.open, .say("Ok"), .say("."), .complete(usage)])])
        let (answer, seen) = try await house.ask()
        #expect(answer.receipt.charge == Money(nanodollars: 4350))
        #expect(answer.receipt.source == .measured)
        #expect(seen.count == 2)
        #expect(house.balance == Balance(available: Money(nanodollars: 999_995_650), held: .zero))
    }

    @Test func `what is held is the upper bound of what is sent, and the cap goes with it`() async throws {
        let engine = ScriptedEngine([.open, .wait, .complete(usage)])
        let house = try await House([engine])
        _ = try await house.ask { [ledger = house.ledger, purse = house.caller.purse] _ in
            // 264 input tokens at most (200 bytes + 64), 1000 output tokens.
            #expect(ledger.balance(of: purse).held == Money(nanodollars: 264 * 150 + 1000 * 600))
            engine.proceed()
        }
        #expect(engine.orders.map(\.outputCap) == [1000])
    }

    @Test func `a balance between the fair estimate and the bound is held whole and lowers the cap`() async throws {
        let engine = ScriptedEngine([.open, .complete(usage)])
        let house = try await House([engine], balance: "0.0000435")
        _ = try await house.ask()
        // 43,500 less 17 tokens of input at 150, over 600 a token.
        #expect(engine.orders.map(\.outputCap) == [(43_500 - 17 * 150) / 600])
    }

    @Test func `who cannot pay the fair estimate is refused before any engine is asked`() async throws {
        let engine = ScriptedEngine([.open, .complete(usage)])
        let house = try await House([engine], balance: "0.000012149")
        let needed = Money(nanodollars: 17 * 150 + 16 * 600)
        await #expect(
            throws: Refusal.insufficientBalance(needed: needed, available: Money(nanodollars: 12_149))
        ) { try await house.ask() }
        #expect(engine.orders.isEmpty)
        #expect(house.balance.held == .zero)
    }

    @Test func `the last affordable request is served`() async throws {
        let house = try await House([ScriptedEngine([.open, .complete(usage)])], balance: "0.00001215")
        let (answer, _) = try await house.ask()
        #expect(answer.receipt.charge == Money(nanodollars: 4350))
    }

    @Test func `an engine that fails before its answer costs nothing`() async throws {
        let house = try await House([ScriptedEngine([.fail(.overloaded)])])
        await #expect(throws: EngineFailure.self) { try await house.ask() }
        #expect(house.balance == Balance(available: Money(nanodollars: 1_000_000_000), held: .zero))
        #expect(try house.verdict() == .ok(entries: 3, accounts: 1))
    }

    @Test func `another engine answers under the same hold, and the caller pays once`() async throws {
        let engines = [ScriptedEngine("a", [.fail(.unreachable)]), ScriptedEngine("b", [.fail(.timedOut)])]
        let good = ScriptedEngine("c", [.open, .say("Ok"), .complete(usage)])
        let house = try await House(engines + [good])
        let (answer, _) = try await house.ask()
        #expect(answer.receipt.charge == Money(nanodollars: 4350))
        #expect(good.orders.count == 1)
        let statement = try house.store.statement(of: house.caller.purse, from: nil, to: nil)
        #expect(statement.map(\.kind) == [.grant, .charge])
    }

    @Test func `what an engine refuses is not asked of another`() async throws {
        let refusing = ScriptedEngine("a", [.fail(.refusedPrompt(EngineRefusal(status: 400, message: "no")))])
        let house = try await House([refusing])
        let both = try await House([
            refusing, ScriptedEngine("b", [.fail(.refusedPrompt(EngineRefusal(status: 400, message: "no")))]),
        ])
        await #expect(throws: EngineFailure.self) { try await house.ask() }
        await #expect(throws: EngineFailure.self) { try await both.ask() }
        #expect(both.balance.held == .zero)
    }

    @Test func `an answer that breaks off is charged as delivered`() async throws {
        let house = try await House([ScriptedEngine([.open, .say(String(repeating: "x", count: 30)), .fail(.broken)])])
        let (answer, seen) = try await house.ask()
        guard case .failed = answer.end else {
            Issue.record("ended as \(answer.end)")
            return
        }
        #expect(seen.count == 1)
        #expect(answer.receipt.source == .counted)
        #expect(answer.receipt.charge == Money(nanodollars: 17 * 150 + 10 * 600))
    }

    @Test func `a caller who leaves in mid-answer stops the engine and pays what was delivered`() async throws {
        let engine = ScriptedEngine([.open, .say(String(repeating: "x", count: 30)), .wait, .complete(usage)])
        let house = try await House([engine])
        let answer = try await house.run { [chat = house.chat, caller = house.caller] line in
            let open = try await chat.admit(House.prompt(), for: caller, on: line).open()
            return await open.forward(to: Leaver(line))
        }
        guard case .callerLeft = answer.end else {
            Issue.record("ended as \(answer.end)")
            return
        }
        #expect(engine.cancelled == 1)
        #expect(answer.receipt.charge == Money(nanodollars: 17 * 150 + 10 * 600))
        #expect(house.balance.held == .zero)
    }

    @Test func `an engine that bills anyway is read to its end for a caller who left`() async throws {
        let engine = ScriptedEngine(
            traits: EngineTraits(hiddenTokens: 0, disconnect: .drain), [.open, .say("abc"), .say("def"), .complete(usage)])
        let house = try await House([engine])
        let answer = try await house.run { [chat = house.chat, caller = house.caller] line in
            let open = try await chat.admit(House.prompt(), for: caller, on: line).open()
            return await open.forward(to: Leaver(line))
        }
        #expect(engine.cancelled == 0)
        #expect(answer.receipt.source == .measured)
        #expect(answer.receipt.charge == Money(nanodollars: 4350))
    }

    @Test func `a caller who leaves before the answer began pays nothing`() async throws {
        let engine = ScriptedEngine([.wait, .open, .complete(usage)])
        let house = try await House([engine])
        await #expect(throws: EngineFailure.self) { try await house.ask { line in line.loop.execute { line.hangUp() } } }
        #expect(engine.cancelled == 1)
        #expect(house.balance == Balance(available: Money(nanodollars: 1_000_000_000), held: .zero))
    }

    /// What came before, the event, how many are passed on, and the output tokens that are billed: a third of what was passed on.
    /// Nothing is billed when nothing was.
    @Test(arguments: [([320], 16, 1, 20), ([30], 9_000_000, 1, 10), ([], 336, 0, nil), ([300], 36, 1, 20)])
    func `an event beyond what the cap allows is not passed on, and the engine is cut`(
        before: [Int], bytes: Int, passedOn: Int, tokens: Int?
    ) async throws {
        let texts = (before + [bytes]).map { String(repeating: "x", count: $0) }
        let engine = ScriptedEngine([.open] + texts.map { .say($0) } + [.wait, .complete(nil)])
        let house = try await House([engine])
        let (answer, seen) = try await house.ask(House.prompt(cap: 20))
        guard case .cutShort = answer.end else {
            Issue.record("ended as \(answer.end)")
            return
        }
        #expect(engine.cancelled == 1 && seen.count == passedOn)
        #expect(answer.receipt.charge == Money(nanodollars: tokens.map { 17 * 150 + Int64($0) * 600 } ?? 0))
        #expect(house.balance.held == .zero)
    }

    /// A whole answer brings its usage along, which says better than its bytes whether it kept to its cap.
    @Test(
        arguments: [
            (336, Usage(promptTokens: 17, completionTokens: 20), true), (335, nil, true),
            (336, Usage(promptTokens: 17, completionTokens: 21), false), (336, nil, false),
            (336, Usage(promptTokens: 200_000, completionTokens: 20), false), (9_000_000, nil, false),
        ] as [(Int, Usage?, Bool)])
    func `a whole answer beyond its cap is given only if its usage can be true`(bytes: Int, usage: Usage?, isGiven: Bool)
        async throws
    {
        let house = try await House([ScriptedEngine([.open, .say(String(repeating: "x", count: bytes)), .complete(usage)])])
        let prompt = House.prompt(cap: 20, stream: false)
        let (answer, seen) = try await house.ask(prompt)
        #expect(seen.count == (isGiven ? 1 : 0))
        #expect(answer.receipt.charge == Money(nanodollars: isGiven ? 17 * 150 + 20 * 600 : 0))
        #expect(house.balance.held == .zero)
        if case .failed = answer.end { #expect(!isGiven) } else { #expect(isGiven) }
    }

    @Test func `a report of a prompt beyond what was sent takes no more than was held`() async throws {
        let usage = Usage(promptTokens: 100_000, completionTokens: 20)
        let house = try await House([ScriptedEngine([.open, .say("Ok"), .complete(usage)])])
        let (answer, _) = try await house.ask(House.prompt(cap: 20))
        #expect(answer.receipt.charge == Money(nanodollars: 264 * 150 + 20 * 600) && answer.receipt.source == .counted)
        #expect(answer.usage == Usage(promptTokens: 264, completionTokens: 20))
        let line = try #require(try house.store.statement(of: house.caller.purse, from: nil, to: nil).last)
        #expect(line.note.contains("reported as 100000 tokens"))
    }

    @Test func `a model that is unknown, not allowed or without an engine is refused`() async throws {
        let house = try await House([ScriptedEngine([])], models: ["gpt-4o-mini"])
        await #expect(throws: Refusal.modelUnknown(model: "gpt-9")) { try await house.ask(House.prompt(model: "gpt-9")) }
        await #expect(throws: Refusal.modelNotAllowed(model: "gpt-4o")) { try await house.ask(House.prompt(model: "gpt-4o")) }
        let bare = try await House([])
        await #expect(throws: Refusal.engineUnavailable(model: "gpt-4o-mini")) { try await bare.ask() }
    }

    @Test func `a key's own limit counts what it holds and has spent`() async throws {
        let house = try await House([ScriptedEngine([.open, .complete(usage)])], limit: "0.000017")
        _ = try await house.ask()
        await #expect(
            throws: Refusal.keyLimitReached(needed: Money(nanodollars: 12_150), left: Money(nanodollars: 17_000 - 4350 - 4350))
        ) {
            _ = try await house.ask()
            _ = try await house.ask()
        }
    }

    @Test func `a key revoked between the door and the ledger is refused`() async throws {
        let engine = ScriptedEngine([.open, .complete(usage)])
        let house = try await House([engine])
        _ = try await house.administration.revokeKey(house.caller.key.id.description)
        await #expect(throws: Refusal.keyRevoked) { try await house.ask() }
        #expect(engine.orders.isEmpty)
    }

    @Test func `of a thousand at once, no more are served than the balance pays for`() async throws {
        let engine = ScriptedEngine([.open, .say("Ok"), .complete(usage)])
        // Ten times the upper bound of one request.
        let bound: Int64 = 264 * 150 + 100 * 600
        let house = try await House([engine], balance: Money(nanodollars: 10 * bound).description)
        let served = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 {
                group.addTask { (try? await house.ask(House.prompt(cap: 100))) != nil }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(served == engine.orders.count)
        #expect(Int64(served) * 4350 <= 10 * bound)
        #expect(house.balance == Balance(available: Money(nanodollars: 10 * bound - Int64(served) * 4350), held: .zero))
        guard case .ok = try house.verdict() else {
            Issue.record("\(try house.verdict())")
            return
        }
    }
}

/// A caller who hangs up as soon as the first chunk is there. `@unchecked Sendable`: touched on the exchange's loop only.
private final class Leaver: AnswerSink, @unchecked Sendable {
    private let line: CallerLine

    init(_ line: CallerLine) { self.line = line }

    func write(_ chunk: ChatChunk) { line.loop.execute { self.line.hangUp() } }
    func flush() {}
}
