import Commerce
import Inference
import Logging
import NIOCore
import NIOPosix
import SQLiteStores
import Synchronization
import TestKit
import Units

@testable import Gateway

/// A gateway over a database in memory, with scripted engines, one account, one live key, and gpt-4o-mini at its price.
final class House: Sendable {
    let store: SQLiteLedgerStore
    let ledger: LedgerWriter
    let chat: Chat
    let administration: Administration
    let caller: Caller
    let clock: ManualClock

    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    static let model = "gpt-4o-mini"

    /// - Parameters:
    ///   - balance: decimal US dollars.
    ///   - desk: what chats ask in place of the ledger itself.
    init(
        _ engines: [ScriptedEngine], balance: String = "1.00", models: [String]? = nil, limit: String? = nil,
        desk: (LedgerWriter) -> any LedgerDesk = { $0 }
    ) async throws {
        clock = ManualClock()
        store = try SQLiteLedgerStore.inMemory()
        let begun = try Recovery.begin(store, prices: PriceList.builtInChat, clock: clock)
        let versions = begun.ledger.prices
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: clock, logger: logger)
        let routes = engines.map { Route(engine: $0, model: "up-\($0.name)") }
        chat = Chat(
            catalog: ModelCatalog(chat: ChatModel.builtIn), prices: PriceList(versions),
            routes: RouteTable(live: routes.isEmpty ? [:] : [House.model: routes], sandbox: ScriptedEngine("sandbox", [])),
            ledger: desk(ledger), logger: logger)
        let mint = KeyMint(pepper: Array(0..<32))
        let keys = KeyDirectory([], mint: mint, clock: clock)
        administration = Administration(ledger: ledger, store: store, keys: keys, mint: mint)
        _ = try await administration.openAccount(named: "acme")
        if let amount = Money(decimal: balance), amount > .zero {
            _ = try await administration.grant(amount, to: "acme", book: .live, reference: "start")
        }
        let key = try await administration.createKey(
            KeyWish(account: "acme", book: .live, models: models, limit: limit.flatMap { Money(decimal: $0) }))
        caller = Caller(key: key.record)
    }

    var balance: Balance { ledger.balance(of: caller.purse) }

    /// A prompt whose fair estimate is 17 tokens: 30 bytes of text in one message.
    static func prompt(model: String = House.model, cap: Int? = 1000, stream: Bool = true, effort: String? = nil) -> ChatPrompt {
        var members = [ChatPrompt.Member(name: "messages", value: ByteBuffer(string: "[]"))]
        if let effort { members.append(ChatPrompt.Member(name: "reasoning_effort", value: ByteBuffer(string: "\"\(effort)\""))) }
        return ChatPrompt(
            model: model, stream: stream, choices: 1, outputCap: cap, members: members,
            size: PromptSize(jsonBytes: 200, textBytes: 30, messages: 1), images: [])
    }

    /// Runs one chat on a loop, as the server does.
    func run<Answer: Sendable>(_ body: @escaping @Sendable (CallerLine) async throws -> Answer) async throws -> Answer {
        let loop = House.group.next()
        let line = CallerLine(chat.tray(on: loop), request: RequestID("req_\(House.next())"))
        return try await Task(executorPreference: LoopExecutor(loop)) { try await body(line) }.value
    }

    /// All three doors; what the caller saw comes back with the outcome.
    func ask(
        _ prompt: ChatPrompt = House.prompt(), during: @escaping @Sendable (CallerLine) -> Void = { _ in }
    ) async throws -> (answer: ForwardedAnswer, seen: [String]) {
        try await run { [chat, caller] line in
            let admitted = try await chat.admit(prompt, for: caller, on: line)
            during(line)
            let answer = try await admitted.open()
            let sink = Pad()
            return (await answer.forward(to: sink), sink.seen)
        }
    }

    func verdict() throws -> LedgerVerdict { try store.verify() }

    private static let counter = Mutex(0)
    private static func next() -> Int {
        counter.withLock {
            $0 += 1
            return $0
        }
    }
}

/// The doors as a test goes through them: one after the other.
extension Chat {
    nonisolated(nonsending) func admit(
        _ prompt: ChatPrompt, for caller: Caller, on line: CallerLine
    ) async throws(Refusal) -> Admitted {
        let result: Result<Admitted, Refusal> = await withUnsafeContinuation { asker in
            admit(prompt, for: caller, on: line) { asker.resume(returning: $0) }
        }
        return try result.get()
    }
}

extension Admitted {
    nonisolated(nonsending) func open() async throws(EngineFailure) -> OpenAnswer {
        let result: Result<OpenAnswer, EngineFailure> = await withUnsafeContinuation { asker in
            open { asker.resume(returning: $0) }
        }
        return try result.get()
    }
}

extension OpenAnswer {
    nonisolated(nonsending) func forward(to sink: any AnswerSink) async -> ForwardedAnswer {
        await withUnsafeContinuation { asker in forward(to: sink) { asker.resume(returning: $0) } }
    }
}

/// Where an answer is written down. `@unchecked Sendable`: touched on the exchange's loop only.
final class Pad: AnswerSink, @unchecked Sendable {
    private(set) var seen: [String] = []

    func write(_ chunk: ChatChunk) { seen.append(String(buffer: chunk.choices)) }
    func flush() {}
}
