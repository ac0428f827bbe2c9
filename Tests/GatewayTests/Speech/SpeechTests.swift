import Commerce
import Inference
import Logging
import NIOCore
import SQLiteStores
import TestKit
import Testing
import Units

@testable import Gateway

/// A gateway that speaks: one account with money in both books.
private final class SpeechHouse: Sendable {
    let store: SQLiteLedgerStore
    let ledger: LedgerWriter
    let speech: Speech
    let caller: Caller
    let clock = ManualClock()

    init(_ engines: [ScriptedSpeechEngine], balance: String = "0.01", limit: String? = nil) async throws {
        store = try SQLiteLedgerStore.inMemory()
        let begun = try Recovery.begin(store, prices: PriceList.builtInSpeech, clock: clock)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: clock, logger: logger)
        speech = Speech(
            models: SpeechModel.builtIn, prices: PriceList(begun.ledger.prices),
            routes: SpeechRoutes(
                live: ["tts-1": engines.enumerated().map { SpeechRoute(engine: $1, model: "up", priority: $0 + 1) }],
                sandbox: ScriptedSpeechEngine(name: "sandbox")),
            ledger: ledger, encoders: BracketEncoders(), logger: logger)
        let mint = KeyMint(pepper: Array(0..<32))
        let administration = Administration(
            ledger: ledger, store: store, keys: KeyDirectory([], mint: mint, clock: clock), mint: mint)
        _ = try await administration.openAccount(named: "acme")
        if let amount = Money(decimal: balance), amount > .zero {
            _ = try await administration.grant(amount, to: "acme", book: .live, reference: "start")
        }
        var wish = KeyWish(account: "acme", book: .live)
        wish.limit = limit.flatMap { Money(decimal: $0) }
        caller = Caller(key: try await administration.createKey(wish).record)
    }

    var balance: Balance { ledger.balance(of: caller.purse) }

    func admit(_ input: String = "Hello, world", model: String = "tts-1", format: SpeechFormat = .mp3) async throws
        -> AdmittedSpeech
    {
        try await speech.admit(
            SpeechPrompt(model: model, input: input, voice: "alloy", format: format), for: caller, request: RequestID("req_1"))
    }

    /// What the last closed hold says of itself.
    func note() throws -> String { try store.statement(of: caller.purse, from: nil, to: nil).last?.note ?? "" }
}

/// What was handed over, and the balance at each piece.
private actor Listener {
    private(set) var heard = ""
    private(set) var balances: [Money] = []
    private let house: SpeechHouse
    private let leavesAfter: Int

    init(_ house: SpeechHouse, leavesAfter: Int = .max) {
        self.house = house
        self.leavesAfter = leavesAfter
    }

    func hear(_ piece: ByteBuffer) throws {
        guard balances.count < leavesAfter else { throw CancellationError() }
        heard += String(buffer: piece)
        balances.append(house.balance.held)
    }
}

@Suite struct `Speech and its money` {
    /// Twelve characters at $15 a million.
    private let cost = Money(nanodollars: 180_000)
    private let before = Money(nanodollars: 10_000_000)

    @Test func `is held by the character, and charged before its last piece is handed over`() async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine()])
        let admitted = try await house.admit()
        #expect(admitted.cost == cost && house.balance == Balance(available: before - cost, held: cost))
        let listener = Listener(house)
        try await admitted.open().deliver { try await listener.hear($0) }
        #expect(await listener.heard == "onetwothree")
        #expect(await listener.balances == [cost, cost, .zero], "the last piece waits for the charge")
        #expect(house.balance == Balance(available: before - cost, held: .zero))
        #expect(try house.note() == "tts-1: 12 characters × $15.00/M = $0.00018 (measured, price_1)")
        #expect(try house.store.verify().isOK)
    }

    @Test(arguments: [("é", 1), ("e\u{301}", 2), ("👩‍👩‍👧‍👦", 7), ("字", 1), ("a\r\nb", 4)])
    func `counts Unicode scalars`(text: String, characters: Int) async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine()])
        #expect(try await house.admit(text).cost == Money(nanodollars: Int64(characters) * 15_000))
    }

    @Test func `is refused, and holds nothing, where it cannot be paid`() async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine()], balance: "0.000179999")
        await #expect(throws: Refusal.insufficientBalance(needed: cost, available: Money(nanodollars: 179_999))) {
            try await house.admit()
        }
        let exact = try await SpeechHouse([ScriptedSpeechEngine()], balance: "0.00018")
        try await exact.admit().open().deliver { _ in }
        #expect(exact.balance == .zero)
        let limited = try await SpeechHouse([ScriptedSpeechEngine()], limit: "0.0001")
        await #expect(throws: Refusal.keyLimitReached(needed: cost, left: Money(nanodollars: 100_000))) {
            try await limited.admit()
        }
        #expect(limited.balance.held == .zero)
    }

    @Test(arguments: [
        ("nobody", Refusal.modelUnknown(model: "nobody")), ("tts-1-hd", .engineUnavailable(model: "tts-1-hd")),
    ])
    func `is refused where nobody speaks`(model: String, refusal: Refusal) async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine()])
        await #expect(throws: refusal) { try await house.admit(model: model) }
        #expect(house.balance.held == .zero)
    }

    // MARK: Engines

    @Test func `goes to the next engine until one has audio, under one hold`() async throws {
        let engines = [
            ScriptedSpeechEngine([.refuse(EngineFailure(.unreachable, detail: "down"))], name: "one"),
            ScriptedSpeechEngine([.speak([.fail(EngineFailure(.broken, detail: "broke"))], .file)], name: "two"),
            ScriptedSpeechEngine(name: "three"),
        ]
        let house = try await SpeechHouse(engines)
        let listener = Listener(house)
        try await house.admit().open().deliver { try await listener.hear($0) }
        #expect(await listener.heard == "onetwothree")
        #expect(house.balance == Balance(available: before - cost, held: .zero))
        #expect(engines.map(\.orders.count) == [1, 1, 1])
    }

    @Test(arguments: [
        EngineFailure(.unreachable, detail: ""), EngineFailure(.timedOut, detail: ""), EngineFailure(.overloaded, detail: ""),
        EngineFailure(.refusedPrompt(EngineRefusal(status: 400, message: "no")), detail: ""),
    ])
    func `is paid back where no engine delivers`(failure: EngineFailure) async throws {
        let engine = ScriptedSpeechEngine([.refuse(failure)])
        let house = try await SpeechHouse([engine, engine])
        let admitted = try await house.admit()
        await #expect(throws: EngineFailure.self) { try await admitted.open() }
        #expect(house.balance == Balance(available: before, held: .zero))
        // A text that is refused is refused everywhere.
        #expect(engine.orders.count == (failure.mayBeRetriedElsewhere ? 2 : 1))
    }

    @Test(arguments: [1, 2, 3])
    func `is paid back when the engine breaks off, however much was heard`(pieces: Int) async throws {
        let steps = (0..<pieces).map { ScriptedSpeechEngine.Step.say("\($0)") } + [.fail(EngineFailure(.broken, detail: "broke"))]
        let house = try await SpeechHouse([ScriptedSpeechEngine([.speak(steps, .file)])])
        let listener = Listener(house)
        let open = try await house.admit().open()
        await #expect(throws: OpenSpeech.Interruption.self) { try await open.deliver { try await listener.hear($0) } }
        #expect(house.balance == Balance(available: before, held: .zero))
        #expect(await listener.heard.count == pieces - 1)
    }

    @Test func `that is nothing is paid back`() async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine([.speak([], .file)])])
        let admitted = try await house.admit()
        await #expect(throws: EngineFailure.self) { try await admitted.open() }
        #expect(house.balance == Balance(available: before, held: .zero))
    }

    @Test func `is encoded from samples, and refused in formats that cannot be written`() async throws {
        let samples = ScriptedSpeechEngine([.speak([.say("ab"), .say("cd")], .samples(hertz: 22_050))])
        let house = try await SpeechHouse([samples])
        let listener = Listener(house)
        try await house.admit(format: .wav).open().deliver { try await listener.hear($0) }
        #expect(await listener.heard == "[abcd]")

        let admitted = try await house.admit(format: .flac)
        let failure = await #expect(throws: EngineFailure.self) { try await admitted.open() }
        guard case .refusedPrompt(let refusal) = failure?.kind else { throw failure ?? EngineFailure(.broken, detail: "") }
        #expect(
            refusal.code == "unsupported_response_format" && refusal.message.hasSuffix("Supported formats are: 'wav', 'pcm'."))
        #expect(house.balance == Balance(available: before - cost, held: .zero))
        #expect(samples.stopped == 1)
    }

    // MARK: Callers who leave

    @Test(arguments: [0, 1, 2])
    func `is charged whole when the caller leaves after it was handed something`(pieces: Int) async throws {
        let engine = ScriptedSpeechEngine([.file("a", "b", "c", "d")])
        let house = try await SpeechHouse([engine])
        let listener = Listener(house, leavesAfter: pieces)
        let open = try await house.admit().open()
        await #expect(throws: OpenSpeech.Interruption.self) { try await open.deliver { try await listener.hear($0) } }
        #expect(house.balance == Balance(available: before - cost, held: .zero))
        #expect(engine.stopped == 1)
        #expect(try house.note().hasSuffix("the caller left; what is spoken is billed whole"))
    }

    @Test func `is charged when the caller leaves before the last piece alone`() async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine([.file("all")])])
        let listener = Listener(house, leavesAfter: 0)
        let open = try await house.admit().open()
        await #expect(throws: OpenSpeech.Interruption.self) { try await open.deliver { try await listener.hear($0) } }
        #expect(house.balance == Balance(available: before - cost, held: .zero))
    }

    @Test(arguments: [[ScriptedSpeechEngine.Step.wait], [.say("a"), .wait]])
    func `is paid back when the caller leaves before it was handed anything`(steps: [ScriptedSpeechEngine.Step]) async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine([.speak(steps, .file)])])
        let admitted = try await house.admit()
        let speaking = Task { try await admitted.open().deliver { _ in } }
        try await Task.sleep(for: .milliseconds(30))
        speaking.cancel()
        await #expect(throws: (any Error).self) { try await speaking.value }
        #expect(house.balance == Balance(available: before, held: .zero))
    }

    @Test func `is charged when the caller leaves while the engine is silent in the middle`() async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine([.speak([.say("a"), .say("b"), .wait], .file)])])
        let admitted = try await house.admit()
        let speaking = Task { try await admitted.open().deliver { _ in } }
        try await Task.sleep(for: .milliseconds(30))
        speaking.cancel()
        await #expect(throws: (any Error).self) { try await speaking.value }
        #expect(house.balance == Balance(available: before - cost, held: .zero))
    }

    // MARK: Crashes

    @Test(arguments: [false, true])
    func `is charged at the next start when something was handed over, and else paid back`(hasBegun: Bool) async throws {
        let steps: [ScriptedSpeechEngine.Step] = hasBegun ? [.say("a"), .say("b"), .wait] : [.say("a"), .wait]
        let house = try await SpeechHouse([ScriptedSpeechEngine([.speak(steps, .file)])])
        let admitted = try await house.admit()
        let speaking = Task { try await admitted.open().deliver { _ in } }
        try await Task.sleep(for: .milliseconds(30))
        // What is noted rides along with the next commit.
        _ = await house.ledger.perform(.grant(purse: house.caller.purse, amount: cost, reference: "beside"))
        let begun = try Recovery.begin(house.store, prices: PriceList.builtInSpeech, clock: house.clock)
        #expect(begun.report.provisional == (hasBegun ? 1 : 0) && begun.report.released == (hasBegun ? 0 : 1))
        let left = hasBegun ? before : before + cost
        #expect(begun.ledger.balance(of: house.caller.purse) == Balance(available: left, held: .zero))
        // The life that died speaks on to nobody: whatever it wrote now would be refused.
        _ = speaking
    }

    // MARK: Many

    @Test func `a balance is never overdrawn by many at once`() async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine()], balance: "0.001")
        let delivered = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        try await house.admit().open().deliver { _ in }
                        return true
                    } catch { return false }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(delivered == 5)
        #expect(house.balance == Balance(available: Money(nanodollars: 100_000), held: .zero))
        #expect(try house.store.verify().isOK)
    }

    @Test func `one account may not have all the room`() async throws {
        let house = try await SpeechHouse([ScriptedSpeechEngine()], balance: "1")
        var open: [AdmittedSpeech] = []
        for _ in 0..<SpeechLimits.openPerAccountMax { open.append(try await house.admit()) }
        await #expect(throws: Refusal.tooManySpeeches(limit: SpeechLimits.openPerAccountMax)) { try await house.admit() }
        for admitted in open { try await admitted.open().deliver { _ in } }
        _ = try await house.admit()
    }
}

extension LedgerVerdict {
    fileprivate var isOK: Bool { if case .ok = self { true } else { false } }
}
