import Commerce
import Gateway
import Inference
import Logging
import NIOCore
import NIOPosix
import SQLiteStores
import TestKit
import Testing
import Units

@testable import API

/// The server as callers see it, over a database in memory, with one account, a live and a test key, and engines of a test's
/// choice.
struct Server {
    let listening: ListeningServer
    let administration: Administration
    let ledger: LedgerWriter
    let clock: ManualClock
    let key: String
    let testKey: String
    let account: AccountID

    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    static let model = "gpt-4o-mini"
    static let usage = Usage(promptTokens: 17, completionTokens: 3)

    var port: Int { listening.address.port ?? 0 }

    /// Serves while `body` runs; then everything must come to rest, with nothing held.
    static func run(
        _ engine: any ChatEngine = ScriptedEngine([.open, .say("Ok"), .say("."), .complete(usage)]),
        balance: String = "5.00", limits: APILimits = .quick, key wish: KeyWish = .shop(),
        accessLog: AccessLog? = nil, metrics: MetricsAudience = .local, _ body: (Server) async throws -> Void
    ) async throws {
        let clock = ManualClock()
        let store = try SQLiteLedgerStore.inMemory()
        let begun = try Recovery.begin(store, prices: PriceList.builtInChat, clock: clock)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: clock, logger: logger)
        let mint = KeyMint(pepper: Array(0..<32))
        let keys = KeyDirectory([], mint: mint, clock: clock)
        let administration = Administration(ledger: ledger, store: store, keys: keys, mint: mint)
        let chat = Chat(
            catalog: ModelCatalog(chat: ChatModel.builtIn + [.unpriced]), prices: PriceList(begun.ledger.prices),
            routes: RouteTable(
                live: [model: [Route(engine: engine, model: "up")], "unpriced": [Route(engine: engine, model: "up")]],
                sandbox: engine),
            ledger: ledger, logger: logger)
        let account = try await administration.openAccount(named: "acme").record.id
        if let amount = Money(decimal: balance), amount > .zero {
            for book in Book.allCases { _ = try await administration.grant(amount, to: "acme", book: book, reference: "start") }
        }
        let key = try await administration.createKey(wish).secret
        let testKey = try await administration.createKey(KeyWish(account: "acme", book: .test)).secret
        let api = APIServer(
            group: group, chat: chat, keys: keys,
            names: IdempotencyDesk(store: store, ledger: ledger, clock: clock, pepper: Array(0..<32)),
            administration: administration, ledger: ledger, clock: clock, logger: logger,
            limits: limits, accessLog: accessLog, metrics: metrics)
        let server = Server(
            listening: try await api.listen(host: "127.0.0.1", port: 0), administration: administration, ledger: ledger,
            clock: clock, key: key, testKey: testKey, account: account)
        do { try await body(server) } catch {
            await server.listening.stop(drain: .zero)
            throw error
        }
        await server.listening.stop(drain: .seconds(60))
        guard server.balance.held == .zero, case .ok = try store.verify() else { throw Unsettled() }
        ledger.close()
    }

    struct Unsettled: Error {}

    var balance: Balance { ledger.balance(of: Purse(account: account, book: .live)) }

    func line(reads: Bool = true) async throws -> RawLine { try await RawLine(to: port, reads: reads) }

    /// One request on a connection of its own.
    func ask(_ request: String) async throws -> Answer? {
        let line = try await line()
        try await line.send(request)
        let answer = try await line.answer(toHead: request.hasPrefix("HEAD "))
        await line.close()
        return answer
    }

    /// That a request on a connection of its own is answered with a status.
    func expect(_ status: Int, for request: String, at place: SourceLocation = #_sourceLocation) async throws {
        let answer = try await ask(request)
        #expect(answer?.status == status, "\(answer?.body ?? "no answer")", sourceLocation: place)
    }

    // MARK: Requests as bytes

    static let v1 = "/v1/chat/completions"
    static let reference = "/api/chat-completions/"

    func get(_ path: String, _ method: String = "GET", host: String = "localhost", fields: String = "") -> String {
        "\(method) \(path) HTTP/1.1\r\nhost: \(host)\r\nauthorization: Bearer \(key)\r\n\(fields)\r\n"
    }

    func post(_ path: String = v1, _ body: String = question(), key: String? = nil, fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nhost: x\r\nauthorization: Bearer \(key ?? self.key)\r\ncontent-type: application/json\r\n"
            + "content-length: \(body.utf8.count)\r\n\(fields)\r\n\(body)"
    }

    static func question(_ more: String = "", model: String = model) -> String {
        #"{"model":"\#(model)","messages":[{"role":"user","content":"Largest state?"}],"max_tokens":50\#(more)}"#
    }

    static let streamed = question(#","stream":true"#)
}

extension APILimits {
    /// Deadlines are looked at often, so that tests of them are short.
    static var quick: APILimits {
        var limits = APILimits()
        limits.sweepInterval = .milliseconds(10)
        limits.lingerTime = .milliseconds(500)
        return limits
    }
}

extension KeyWish {
    static func shop(models: [String]? = nil, limit: String? = nil, expires: Instant? = nil) -> KeyWish {
        KeyWish(
            account: "acme", book: .live, label: "shop", models: models, limit: limit.flatMap { Money(decimal: $0) },
            expires: expires)
    }
}

extension ChatModel {
    fileprivate static let unpriced = ChatModel(
        id: "unpriced", snapshot: "unpriced-1", created: 0, ownedBy: "us", contextTokens: 1000, outputTokensMax: 100, vision: nil)
}

extension String {
    /// With what is random in it named alike.
    var withoutIDs: String {
        replacing(/req_[0-9a-f]{32}/, with: "req_#").replacing(/chatcmpl-[0-9A-Za-z]{29}/, with: "chatcmpl-#")
    }
}
