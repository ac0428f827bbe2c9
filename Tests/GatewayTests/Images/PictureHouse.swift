import Commerce
import Inference
import Logging
import NIOCore
import SQLiteStores
import TestKit
import Units

@testable import Gateway

/// A gateway that paints: one account with money in both books, over a store that may be taken up again by another life.
final class PictureHouse: Sendable {
    let store: SQLiteLedgerStore
    let ledger: LedgerWriter
    let jobs: ImageJobs
    let caller: Caller
    let report: Recovery.Report
    let blobs: MemoryBlobs
    let clock: ManualClock
    private let working: Task<Void, Never>

    static let each = Money(nanodollars: 1_500_000)

    /// - Parameters:
    ///   - live: who paints "realvision" for live keys, in order.
    ///   - sandbox: who paints for test keys.
    ///   - restMilliseconds: how long an engine that failed is left alone at first.
    ///   - sender: who calls back; looks for it are made every 2 ms.
    ///   - earlier: a life that is over, whose store is taken up.
    init(
        _ live: [any ImageEngine], balance: String = "0.01", sandbox: ScriptedImageEngine = ScriptedImageEngine(name: "sandbox"),
        restMilliseconds: Int64 = 1, after earlier: PictureHouse? = nil, isWorking: Bool = true,
        callingBy sender: (any CallbackSender)? = nil
    ) async throws {
        store = try earlier?.store ?? SQLiteLedgerStore.inMemory()
        clock = earlier?.clock ?? ManualClock()
        blobs = earlier?.blobs ?? MemoryBlobs()
        let begun = try Recovery.begin(store, prices: [("realvision", PriceList.builtInImage)], clock: clock)
        report = begun.report
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ledger = LedgerWriter(ledger: begun.ledger, store: store, clock: clock, logger: logger)
        let pepper: [UInt8] = Array(0..<32)
        let mint = KeyMint(pepper: pepper)
        let callbacks = sender.map { [ledger, store, clock] sender in
            CallbackDesk(
                signer: CallbackSigner(pepper: pepper), sender: sender, ledger: ledger, store: store, clock: clock,
                logger: logger,
                lookMilliseconds: 2
            ) { ByteBuffer(string: #"{"jobid":\#($0.id)}"#) }
        }
        jobs = ImageJobs(
            models: ImageModel.builtIn, prices: PriceList(begun.ledger.prices),
            routes: ImageRoutes(
                live: ["realvision": live.map { ImageRoute(engine: $0, model: "RealVis.safetensors") }],
                sandbox: sandbox),
            ledger: ledger, store: store, blobs: blobs, darkroom: RawDarkroom(), signer: JobSigner(pepper: pepper), clock: clock,
            logger: logger, callbacks: callbacks, restMilliseconds: restMilliseconds)
        if let earlier {
            caller = earlier.caller
        } else {
            let administration = Administration(
                ledger: ledger, store: store, keys: KeyDirectory([], mint: mint, clock: clock), mint: mint)
            _ = try await administration.openAccount(named: "acme")
            if let amount = Money(decimal: balance), amount > .zero {
                _ = try await administration.grant(amount, to: "acme", book: .live, reference: "start")
            }
            caller = Caller(key: try await administration.createKey(KeyWish(account: "acme", book: .live)).record)
        }
        try await jobs.takeUp()
        working = isWorking ? Task { [jobs] in await jobs.run() } : Task {}
    }

    var balance: Balance { ledger.balance(of: caller.purse) }

    static func prompt(model: String = "realvision", width: Int = 256, height: Int = 256) -> ImagePrompt {
        ImagePrompt(model: model, prompt: "a lighthouse at dusk", width: width, height: height)
    }

    func submit(_ prompt: ImagePrompt = PictureHouse.prompt()) async throws -> ImageJobs.Ticket {
        try await jobs.submit(prompt, for: caller, request: RequestID("req_\(Int.random(in: 0 ... .max))"))
    }

    /// The job when it is over.
    func end(of ticket: ImageJobs.Ticket) async throws -> JobView? {
        guard let views = try await jobs.watch(ticket.id, signature: ticket.signature) else { return nil }
        var last: JobView?
        for await view in views { last = view }
        return last
    }

    /// Ends this life as a server does that goes down: what is under way is put down.
    func stop() async {
        await jobs.stop()
        await working.value
        ledger.close()
    }

    /// Ends it as a kill does: nobody is told anything, and nothing more is written.
    func abandon() { ledger.stopAdmitting() }
}
