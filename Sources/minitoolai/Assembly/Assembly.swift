import API
import CLI
import Commerce
import Console
import Engines
import Foundation
import Gateway
import Inference
import Logging
import NIOCore
import NIOPosix
import SQLiteStores
import Units
import Wire

/// Puts the house together. Nothing else sees every room, and nothing is decided here.
enum Assembly {
    /// Serves until a signal says stop; every request is finished or settled when it returns.
    static func serve(
        _ configuration: Configuration, _ place: Place, _ wishes: ServeWishes, _ terminal: Terminal
    ) async throws {
        let logger = Logger(label: "minitoolai") { _ in LineLog(level: configuration.server.logLevel) }
        defer { LineLog.flush() }
        Allocator.keepFreedMemory()
        DescriptorLimit.raise(logger)

        let loops = MultiThreadedEventLoopGroup(numberOfThreads: configuration.server.loops)
        let books = try Books.open(configuration, logger, ballastBytes: configuration.ledger.ballastBytes)
        // A ledger that does not add up is shown and not added to: whoever asks is told so, and nothing is held or charged.
        var verifier = LedgerVerifier(books.store, books.ledger, logger)
        try verifier.begin(at: .now)
        let limits = LimitDesk(configuration.limits)
        let keys = books.keys.all
        if let since = limits.countsSince(keys) { limits.restore(try books.store.used(since: since), of: keys) }
        let servers = try LocalServers(configuration, logger, on: loops)
        let engines = try ConfiguredEngines(configuration, servers, on: loops)
        let chat = Chat(
            catalog: books.catalog, prices: books.prices, routes: engines.routes, ledger: books.ledger,
            limits: limits, cache: configuration.cache.map { AnswerCache($0) }, logger: logger)
        let painters = try ConfiguredImages(configuration, servers, on: loops)
        let images = try painters.jobs(configuration, books, limits, logger, on: loops)
        try await images.takeUp()
        let imageDesk = ImageDesk(
            jobs: images, publicURL: configuration.server.publicURL,
            allowsLoopbackCallback: configuration.server.isLocal)
        let speakers = try ConfiguredSpeech(configuration, servers, on: loops)
        let embeddings = try ConfiguredEmbeddings(configuration, servers, on: loops).embeddings(
            configuration, books, limits, logger)
        let (topUps, webhook) = try books.topUps(configuration, on: loops)
        let signIn = books.signIn()
        let speech = speakers.speech(configuration, books, limits, logger)
        let checked = engines.checked(with: painters, speakers)
        let console = ConfiguredConsole(
            configuration, books, signIn: signIn, topUps: topUps, engines: checked, images: imageDesk, speech: speech, logger
        ).console
        let server = APIServer(
            group: loops, chat: chat, images: imageDesk, speech: speech, embeddings: embeddings, keys: books.keys,
            names: books.names,
            administration: books.administration,
            ledger: books.ledger,
            money: MoneyIn(topUps: topUps, webhook: webhook, publicURL: configuration.server.publicURL), pages: console.pages,
            logger: logger, accessLog: try accessLog(configuration.server), metrics: configuration.server.metrics)
        let control = try await ControlSocket(
            in: books.directory.path, on: MultiThreadedEventLoopGroup.singleton, logger: logger)
        let watch = BalanceWatch(
            ledger: books.ledger, signer: books.callbackSigner,
            sender: try HTTPCallbackSender(allowsLoopback: configuration.server.isLocal, group: loops), logger: logger)
        let signals = try StopSignals()
        let listening = try await listen(server, configuration.server)

        let welcome = Welcome(configuration, listening.address)
        let desk = books.desk(
            configuration, engines: checked, topUps: topUps,
            console: ConsoleControl(signIn: signIn, site: configuration.server.publicURL ?? welcome.callURL)
        ) { images }
        try await welcome.say(
            to: terminal, books: books, signIn: signIn, isConfigured: place.isConfigured, json: wishes.json)
        if SQLiteLedgerStore.hasWALResetBug { logger.notice("sqlite.wal_reset_bug", metadata: ["harmless": "one writer"]) }
        logger.info(
            "server.ready",
            metadata: [
                "address": "\(welcome.url)", "version": "\(Version.current)", "sqlite": "\(SQLiteLedgerStore.sqliteVersion)",
            ])

        BackgroundAudit.start(verifier)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await control.run(answer: desk.answer) }
            group.addTask { await images.run() }
            group.addTask { await watch.run() }
            group.addTask { await servers.run() }
            let signal = await signals.first()
            logger.info("server.stopping", metadata: ["signal": "\(signal)"])
            books.ledger.stopAdmitting()
            await images.dismissLookers()
            await listening.stop(drain: .milliseconds(configuration.server.drainMilliseconds))
            // Pictures under way are put down: the next start goes on with them.
            await images.stop()
            group.cancelAll()
            try await group.waitForAll()
        }
        // No loop runs any more when the ledger closes, so nothing can ask it afterwards.
        try await loops.shutdownGracefully()
        books.ledger.close()
        logger.info("server.stopped")
    }

    private static func accessLog(_ setting: Configuration.Server) throws -> AccessLog? {
        switch setting.accessLog {
        case "off": return nil
        case "stderr": return AccessLog(descriptor: FileHandle.standardError.fileDescriptor)
        case let path:
            do { return try AccessLog(path: path) } catch {
                throw Failure(.inputOutput, "the access log cannot be written: \(path): \(error.localizedDescription)")
            }
        }
    }

    private static func listen(_ server: APIServer, _ setting: Configuration.Server) async throws -> ListeningServer {
        do {
            return try await server.listen(host: setting.host, port: setting.port)
        } catch {
            throw Failure(.unavailable, "cannot listen on \(setting.host):\(setting.port): \(error)")
        }
    }
}

extension Place {
    /// Whether the operator has a configuration of their own.
    fileprivate var isConfigured: Bool {
        config != nil || ProcessInfo.processInfo.environment["MINITOOLAI_CONFIG"] != nil
    }
}
