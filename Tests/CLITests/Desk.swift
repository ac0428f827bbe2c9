import API
import Commerce
import Foundation
import Gateway
import Inference
import Logging
import NIOPosix
import SQLiteStores
import TestKit
import Units
import Wire

@testable import CLI

/// A data directory with a desk that answers on its control socket, and a command line that finds it: everything of
/// administration but the HTTP server.
final class Desk: Sendable {
    let directory: DataDirectory
    let house: House
    private let ledger: LedgerWriter
    let desk: ControlDesk
    let administration: Administration
    let jobs: ImageJobs
    /// Paints "realvision" for live keys, when it is told to go on.
    let painter = ScriptedImageEngine([.wait])

    /// - Parameter depth: how many folders of 40 characters lie above the data directory.
    init(depth: Int = 0) throws {
        let root = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "/desk-\(UUID().uuidString)"
        let path = root + String(repeating: "/" + String(repeating: "d", count: 40), count: depth)
        let directory = try DataDirectory(path)
        let store = try SQLiteLedgerStore.inMemory()
        let clock = SystemClock()
        let pepper = try directory.pepper()
        let mint = KeyMint(pepper: pepper)
        let prices = PriceList.builtInChat + [("realvision", PriceList.builtInImage)]
        let (books, _) = try Recovery.begin(store, prices: prices, clock: clock)
        ledger = LedgerWriter(ledger: books, store: store, clock: clock, logger: Logger(label: "test"))
        let keys = KeyDirectory([], mint: mint, clock: clock)
        administration = Administration(ledger: ledger, store: store, keys: keys, mint: mint)
        jobs = ImageJobs(
            models: ImageModel.builtIn, prices: PriceList(books.prices),
            routes: ImageRoutes(
                live: ["realvision": [ImageRoute(engine: painter, model: "RealVis")]],
                sandbox: ScriptedImageEngine([.wait], name: "sandbox")),
            ledger: ledger, store: store, blobs: MemoryBlobs(), darkroom: RawDarkroom(), signer: JobSigner(pepper: pepper),
            clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        desk = ControlDesk(
            administration: administration,
            topUps: TopUps(ledger: ledger, pepper: pepper, provider: nil, logger: Logger(label: "test")),
            console: ConsoleControl(signIn: SignIn(ledger: ledger, pepper: pepper), site: "http://127.0.0.1:8080"),
            catalog: ModelCatalog(chat: ChatModel.builtIn), engines: [],
            otherModels: ImageModel.builtIn.map(\.id)
        ) { [jobs] in jobs }
        self.directory = directory
        house = House(
            serve: { _, _, _ in }, configuration: { _, _ in ConfigurationListing(keys: []) }, dataDirectory: { _ in path },
            answer: { _, _ in throw Failure(.unavailable, "nobody answers on the socket") })
    }

    /// Runs `work` while the socket answers.
    func open(_ work: () async throws -> Void) async throws {
        let socket = try await ControlSocket(
            in: directory.path, on: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [desk] in try await socket.run(answer: desk.answer) }
            group.addTask { [jobs] in await jobs.run() }
            do {
                try await work()
            } catch {
                await jobs.stop()
                throw error
            }
            await jobs.stop()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// Carries out a command line; what it printed where, and its status.
    func run(_ arguments: String...) async -> Spoken { await Spoken.run(arguments, in: house) }

    /// The document a command prints under `--json`.
    func json(_ arguments: String...) async throws -> [String: Any] {
        let spoken = await Spoken.run(arguments + ["--json"], in: house)
        guard spoken.status == 0 else { throw Failure(.refused, spoken.notes) }
        return try JSONSerialization.jsonObject(with: Data(spoken.printed.utf8)) as? [String: Any] ?? [:]
    }

    deinit {
        ledger.close()
        try? FileManager.default.removeItem(atPath: directory.path)
    }
}

extension Desk {
    /// What the desk says to a line, past the socket.
    func answer(_ line: String) async -> [UInt8] { await desk.answer(Array(line.utf8)) }
}
