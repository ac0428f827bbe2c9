import Commerce
import Foundation
import Inference
import NIOCore
import NIOPosix
import SQLiteStores
import Synchronization
import TestKit
import Testing
import Units

@testable import Gateway

/// Long answers on gpt-4o-mini: 150 nanodollars a token in, 600 out; the prompt is 17 tokens, 264 at most.
struct TrancheTests {
    /// Ten tokens by their bytes.
    private static let ten = String(repeating: "x", count: 30)
    private static let long = House.prompt(cap: 16_000)
    private let long = TrancheTests.long

    private static func says(_ count: Int, then end: ScriptedEngine.Act = .complete(nil)) -> [ScriptedEngine.Act] {
        [.open] + Array(repeating: .say(ten), count: count) + [end]
    }

    private func cost(_ prompt: Int, _ completion: Int) -> Money {
        Money(nanodollars: Int64(prompt) * 150 + Int64(completion) * 600)
    }

    private func expectOK(_ house: House) throws {
        guard case .ok = try house.verdict() else {
            Issue.record("\(try house.verdict())")
            return
        }
        #expect(house.balance.held == .zero)
    }

    @Test func `a long answer holds little at first, grows while it is made, and costs its usage`() async throws {
        let usage = Usage(promptTokens: 17, completionTokens: 2800)
        let engine = ScriptedEngine([.open, .wait] + TrancheTests.says(300, then: .complete(usage)).dropFirst())
        let house = try await House([engine])
        let (answer, seen) = try await house.ask(long) { [house] _ in
            #expect(house.balance.held == cost(264, 1024))
            engine.proceed()
        }
        #expect(engine.orders.map(\.outputCap) == [16_000])
        #expect(seen.count == 300)
        #expect(answer.receipt.charge == cost(17, 2800) && !answer.fundsEnded)
        let lines = try house.store.statement(of: house.caller.purse, from: nil, to: nil)
        #expect(lines.map(\.kind) == [.grant, .charge])
        // A grant, a hold, a settlement, and three extensions: 1,024 tokens, then 1,024 each at 512, 1,536 and 2,560.
        #expect(try house.verdict() == .ok(entries: 6, accounts: 1))
        try expectOK(house)
    }

    @Test func `who is alone gets what the balance buys, to the token, from an engine that keeps its cap`() async throws {
        let cap = (1_000_000 - 17 * 150) / 600
        let usage = Usage(promptTokens: 17, completionTokens: cap)
        let acts =
            [.open] + Array(repeating: ScriptedEngine.Act.say("word "), count: cap) + [.complete(usage, reachedCap: true)]
        let engine = ScriptedEngine(acts)
        let house = try await House([engine], balance: "0.001")
        let (answer, seen) = try await house.ask(long)
        #expect(engine.orders.map(\.outputCap) == [cap])
        #expect(seen.count == cap)
        #expect(answer.receipt.charge == cost(17, cap) && answer.fundsEnded)
        #expect(house.balance.available < Money(nanodollars: 600))
        let line = try #require(try house.store.statement(of: house.caller.purse, from: nil, to: nil).last)
        #expect(line.note.contains("stopped: what the balance"))
        try expectOK(house)
    }

    @Test func `who gets it to the token from an engine that ends by itself is told nothing`() async throws {
        let cap = (1_000_000 - 17 * 150) / 600
        let engine = ScriptedEngine([.open, .say("word"), .complete(Usage(promptTokens: 17, completionTokens: cap))])
        let house = try await House([engine], balance: "0.001")
        let (answer, _) = try await house.ask(long)
        #expect(engine.orders.map(\.outputCap) == [cap] && !answer.fundsEnded)
        let line = try #require(try house.store.statement(of: house.caller.purse, from: nil, to: nil).last)
        #expect(!line.note.contains("stopped"))
        try expectOK(house)
    }

    /// An event of 8 bytes a token and more than the lowered cap allows is as if it had not come.
    @Test func `one event beyond a lowered cap is not passed on`() async throws {
        let cap = (1_000_000 - 17 * 150) / 600
        let flood = String(repeating: "x", count: 8 * (cap + 1))
        let engine = ScriptedEngine([.open, .say("word"), .say(flood), .wait, .complete(nil)])
        let house = try await House([engine], balance: "0.001")
        let (answer, seen) = try await house.ask(long)
        #expect(seen.count == 1 && answer.fundsEnded)
        #expect(answer.receipt.charge == cost(17, 2) && answer.receipt.source == .counted)
        try expectOK(house)
    }

    @Test func `and is stopped there when the engine does not`() async throws {
        let cap = (1_000_000 - 17 * 150) / 600
        let engine = ScriptedEngine([.open] + Array(repeating: .say("word "), count: 3 * cap) + [.complete(nil)])
        let house = try await House([engine], balance: "0.001")
        let (answer, seen) = try await house.ask(long)
        guard case .cutShort = answer.end else {
            Issue.record("ended as \(answer.end)")
            return
        }
        #expect(answer.fundsEnded && engine.cancelled == 1)
        #expect(seen.count == cap)
        #expect(answer.receipt.charge == cost(17, cap) && answer.receipt.writeoff == .zero)
        try expectOK(house)
    }

    /// Takes all that is free, as another answer of the account might.
    private func holdTheRest(_ house: House) async throws -> HoldID {
        let quote = Quote(
            price: try #require(house.chat.prices.version(for: House.model, in: .live)), inputBoundTokens: 100,
            inputFairTokens: 1, choices: 1, outputCap: 1_000_000)
        let request = HoldRequest(request: RequestID("req_rest"), key: house.caller.key.id, quote: quote, engine: "other")
        guard case .held(let funds) = await house.ledger.perform(.hold(request)) else {
            throw Refusal.busy
        }
        return funds.hold
    }

    /// The first tranche of a balance of $0.001: the prompt, 16 tokens and a thirty-second of the rest.
    private let firstHold: Int64 = 264 * 150 + 16 * 600 + (1_000_000 - 264 * 150 - 16 * 600) / 32

    @Test(arguments: [true, false])
    func `without more money what is held is delivered, and not a chunk beyond`(rushed: Bool) async throws {
        let ten = TrancheTests.ten
        let rest: [ScriptedEngine.Act] =
            rushed ? [.rush(Array(repeating: ten, count: 500), nil)] : Array(repeating: .say(ten), count: 500) + [.complete(nil)]
        let engine = ScriptedEngine([.open, .wait] + rest)
        let house = try await House([engine], balance: "0.001")
        let asked = Task { try await house.ask(TrancheTests.long) }
        while house.balance.held == .zero { try await Task.sleep(for: .milliseconds(1)) }
        #expect(house.balance.held == Money(nanodollars: firstHold))
        let other = try await holdTheRest(house)
        #expect(house.balance.available == .zero)
        engine.proceed()
        let (answer, seen) = try await asked.value
        let paid = Int(firstHold - 17 * 150) / 600 / 10
        #expect(seen.count == paid)
        guard case .cutShort = answer.end else {
            Issue.record("ended as \(answer.end)")
            return
        }
        #expect(answer.fundsEnded && answer.receipt.source == .counted)
        #expect(answer.receipt.charge == cost(17, paid * 10) && answer.receipt.writeoff == .zero)
        if !rushed { #expect(engine.cancelled == 1) }
        _ = await house.ledger.perform(.release(other, reason: "done"))
        #expect(house.balance.available == Money(nanodollars: 1_000_000) - cost(17, paid * 10))
        try expectOK(house)
    }

    @Test func `what comes at once is kept until it is paid for, and then all of it is passed on, in order`() async throws {
        let texts = (1000..<1300).map { "\($0)" + String(repeating: "x", count: 26) }
        let usage = Usage(promptTokens: 17, completionTokens: 2900)
        let house = try await House([ScriptedEngine([.open, .rush(texts, usage)])], balance: "0.01")
        let (answer, seen) = try await house.ask(long)
        #expect(seen.count == 300)
        for (text, chunk) in zip(texts, seen) { #expect(chunk.contains(text)) }
        #expect(answer.receipt.charge == cost(17, 2900) && answer.receipt.source == .measured)
        try expectOK(house)
    }

    @Test func `what came at once and turns out to be cheap is passed on, though no more money is to be had`() async throws {
        let usage = Usage(promptTokens: 17, completionTokens: 100)
        let engine = ScriptedEngine([.open, .wait, .rush(Array(repeating: TrancheTests.ten, count: 40), usage)])
        let house = try await House([engine], balance: "0.001")
        let asked = Task { try await house.ask(TrancheTests.long) }
        while house.balance.held == .zero { try await Task.sleep(for: .milliseconds(1)) }
        let other = try await holdTheRest(house)
        engine.proceed()
        let (answer, seen) = try await asked.value
        #expect(seen.count == 40 && !answer.fundsEnded)
        #expect(answer.receipt.charge == cost(17, 100) && answer.receipt.source == .measured)
        _ = await house.ledger.perform(.release(other, reason: "done"))
        try expectOK(house)
    }

    @Test func `a caller who does not read holds the engine back though the money is there`() async throws {
        let engine = ScriptedEngine(TrancheTests.says(300, then: .complete(Usage(promptTokens: 17, completionTokens: 3000))))
        let desk = LateDesk()
        let house = try await House([engine], balance: "0.01", desk: desk.before)
        let pad = Pad()
        let kept = Mutex<CallerLine?>(nil)
        let asked = Task {
            try await house.run { [chat = house.chat, caller = house.caller] line in
                kept.withLock { $0 = line }
                return await (try await chat.admit(TrancheTests.long, for: caller, on: line).open()).forward(to: pad)
            }
        }
        try await desk.wait()
        let loop = House.group.next()
        try await loop.submit { kept.withLock { $0 }?.writabilityChanged(isWritable: false) }.get()
        desk.answer()
        try await Task.sleep(for: .milliseconds(30))
        let stood = try await loop.submit { pad.seen.count }.get()
        #expect(stood < 300)
        try await loop.submit { kept.withLock { $0 }?.writabilityChanged(isWritable: true) }.get()
        #expect(try await asked.value.receipt.charge == cost(17, 3000))
        #expect(try await loop.submit { pad.seen.count }.get() == 300)
        try expectOK(house)
    }

    @Test func `while the ledger is late the engine is read no further than is paid for`() async throws {
        let engine = ScriptedEngine(
            TrancheTests.says(300, then: .complete(Usage(promptTokens: 17, completionTokens: 3000))))
        let desk = LateDesk()
        let house = try await House([engine], balance: "0.01", desk: desk.before)
        let pad = Pad()
        let asked = Task {
            try await house.run { [chat = house.chat, caller = house.caller] line in
                await (try await chat.admit(TrancheTests.long, for: caller, on: line).open()).forward(to: pad)
            }
        }
        try await desk.wait()
        try await Task.sleep(for: .milliseconds(30))
        let held = 264 * 150 + 16 * 600 + (10_000_000 - 264 * 150 - 16 * 600) / 32
        let seen = try await House.group.next().submit { pad.seen.count }.get()
        #expect(seen == (held - 264 * 150) / 600 / 10)
        desk.answer()
        let answer = try await asked.value
        let all = try await House.group.next().submit { pad.seen.count }.get()
        #expect(all == 300)
        #expect(answer.receipt.charge == cost(17, 3000))
        try expectOK(house)
    }

    @Test(arguments: [true, false])
    func `an answer that ends while more money is on its way is charged as delivered, and all is given back`(
        callerLeaves: Bool
    ) async throws {
        // Half of the first tranche is 258 tokens: there more is asked for, and the engine goes on.
        let acts = TrancheTests.says(30, then: callerLeaves ? .wait : .fail(.broken))
        let desk = LateDesk()
        let house = try await House([ScriptedEngine(acts)], balance: "0.01", desk: desk.before)
        let asked = Task {
            try await house.run { [chat = house.chat, caller = house.caller] line in
                let open = try await chat.admit(TrancheTests.long, for: caller, on: line).open()
                if callerLeaves { desk.whenAsked { line.loop.execute { line.hangUp() } } }
                return await open.forward(to: Pad())
            }
        }
        let answer = try await asked.value
        #expect(desk.asked == 1)
        switch answer.end {
        case .callerLeft where callerLeaves: break
        case .failed where !callerLeaves: #expect(answer.receipt.charge == cost(17, 300))
        default: Issue.record("ended as \(answer.end)")
        }
        #expect(answer.receipt.source == .counted && answer.receipt.charge >= cost(17, 250))
        desk.answer()
        #expect(house.balance.available == Money(nanodollars: 10_000_000) - answer.receipt.charge)
        // A grant, a hold, an extension, a settlement.
        #expect(try house.verdict() == .ok(entries: 4, accounts: 1))
        try expectOK(house)
    }

    @Test func `after a crash in mid-answer the extensions are there to be charged from`() async throws {
        let engine = ScriptedEngine(TrancheTests.says(300, then: .wait) + [.complete(nil)])
        let house = try await House([engine], balance: "0.01")
        let asked = Task { try await house.ask(TrancheTests.long) }
        while house.balance.held < cost(264, 2000) { try await Task.sleep(for: .milliseconds(1)) }
        // The writer's next commit brings the checkpoints along; then the disk is copied, as a crash leaves it.
        _ = await house.ledger.perform(.openAccount(name: "other"))
        let path = NSTemporaryDirectory() + "crash-" + UUID().uuidString
        try house.store.backUp(to: path)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let store = try SQLiteLedgerStore(path: path)
        let hold = try #require(try store.load().openHolds.first)
        #expect(hold.amount >= cost(264, 2000) && hold.outputTokens > 1024)
        let (ledger, report) = try Recovery.begin(store, prices: PriceList.builtInChat, clock: house.clock)
        #expect(report == Recovery.Report(released: 0, provisional: 1))
        #expect(
            ledger.balance(of: house.caller.purse)
                == Balance(available: Money(nanodollars: 10_000_000) - cost(17, hold.outputTokens), held: .zero))
        guard case .ok = try store.verify() else {
            Issue.record("\(try store.verify())")
            return
        }
        engine.proceed()
        _ = try await asked.value
    }

    @Test func `twenty long answers share a balance, none is starved, and the sum is exact`() async throws {
        let engine = ScriptedEngine(TrancheTests.says(400, then: .complete(nil)))
        let house = try await House([engine], balance: "0.01")
        let answers = try await withThrowingTaskGroup(of: ForwardedAnswer.self) { group in
            for _ in 0..<20 { group.addTask { try await house.ask(TrancheTests.long).answer } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 20)
        let charges = answers.map(\.receipt.charge.nanodollars).sorted()
        let total = charges.reduce(0, +)
        #expect(house.balance == Balance(available: Money(nanodollars: 10_000_000 - total), held: .zero))
        #expect(answers.allSatisfy { $0.receipt.writeoff == .zero && $0.fundsEnded })
        // $0.01 buys 16,666 tokens: a twentieth is 833. Everyone gets at least half of that, and nearly all of it is spent.
        #expect(charges[0] >= cost(17, 400).nanodollars, "\(charges)")
        #expect(total >= 9_500_000, "\(charges)")
        try expectOK(house)
    }

    @Test func `short requests are served while long ones run`() async throws {
        let slow = ScriptedEngine("slow", TrancheTests.says(20, then: .wait) + [.complete(nil)])
        let house = try await House([slow], balance: "0.01")
        let running = (0..<10).map { _ in Task { try await house.ask(TrancheTests.long).answer } }
        while slow.orders.count < 10 { try await Task.sleep(for: .milliseconds(1)) }
        // Held for the worst case, one of the ten would have needed $0.0096.
        let short = Task { try await house.ask(House.prompt(cap: 200)).answer }
        while slow.orders.count < 11 { try await Task.sleep(for: .milliseconds(1)) }
        for _ in 0..<11 { slow.proceed() }
        #expect(try await short.value.receipt.charge == cost(17, 200))
        for task in running { #expect(try await task.value.receipt.charge == cost(17, 200)) }
        try expectOK(house)
    }

    @Test(arguments: [0, 1, 2])
    func `output that cannot be seen while it is made is held whole`(way: Int) async throws {
        let engine = ScriptedEngine(
            traits: EngineTraits(hiddenTokens: 0, disconnect: .cancel, hidesOutput: way == 0), [.open, .wait, .complete(nil)])
        let house = try await House([engine])
        let prompt = House.prompt(cap: 16_000, stream: way != 1, effort: way == 2 ? "low" : nil)
        _ = try await house.ask(prompt) { [house] _ in
            #expect(house.balance.held == cost(264, 16_000))
            engine.proceed()
        }
    }

    @Test func `an engine that bills more than it shows is held whole from then on`() async throws {
        let engine = ScriptedEngine(
            [.open, .wait, .say("Ok."), .complete(Usage(promptTokens: 17, completionTokens: 5000, reasoningTokens: 4990))])
        let house = try await House([engine])
        for held in [cost(264, 1024), cost(264, 16_000)] {
            let (answer, _) = try await house.ask(long) { [house] _ in
                #expect(house.balance.held == held)
                engine.proceed()
            }
            #expect(answer.receipt.charge == cost(17, 5000) && answer.receipt.writeoff == .zero)
        }
    }
}

/// Hands everything on to the ledger, and keeps what it says of extensions to itself until told to answer.
private final class LateDesk: LedgerDesk {
    private struct State: Sendable {
        var ledger: LedgerWriter?
        var isLate = true
        var asked = 0
        var kept: [@Sendable () -> Void] = []
        var whenAsked: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    func before(_ ledger: LedgerWriter) -> any LedgerDesk {
        state.withLock { $0.ledger = ledger }
        return self
    }

    var asked: Int { state.withLock { $0.asked } }

    func wait() async throws {
        while asked == 0 { try await Task.sleep(for: .milliseconds(1)) }
    }

    func whenAsked(_ act: @escaping @Sendable () -> Void) { state.withLock { $0.whenAsked = act } }

    func answer() {
        let kept = state.withLock { state in
            state.isLate = false
            defer { state.kept = [] }
            return state.kept
        }
        for tell in kept { tell() }
    }

    func submit(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) {
        let ledger = state.withLock { $0.ledger }
        guard case .extend = command else {
            ledger?.submit(command, then: then)
            return
        }
        ledger?.submit(command) { outcome in
            let (now, act) = self.state.withLock { state in
                state.asked += 1
                defer { state.whenAsked = nil }
                guard state.isLate else { return (true, state.whenAsked) }
                state.kept.append { then(outcome) }
                return (false, state.whenAsked)
            }
            if now { then(outcome) }
            act?()
        }
    }

    func note(_ command: LedgerCommand) { state.withLock { $0.ledger }?.note(command) }
}
