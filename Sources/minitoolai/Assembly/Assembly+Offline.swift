import API
import CLI
import Commerce
import Foundation
import Gateway
import Logging
import NIOPosix
import SQLiteStores
import Wire

extension Assembly {
    /// Carries out an operator's request while no server runs: it takes the data directory for that time.
    ///
    /// Whatever needs the ledger's writer starts as a server does, so holds that a crashed server left open are closed first, by
    /// the same rule. `ledger verify` reads the store as it lies instead.
    static func answer(_ request: ControlRequest, _ configuration: Configuration) async throws -> [UInt8] {
        switch request {
        case .checkEngines:
            let group = MultiThreadedEventLoopGroup.singleton
            let servers = try LocalServers(
                configuration, Logger(label: "minitoolai") { _ in LineLog(level: .warning) }, on: group)
            let engines = try ConfiguredEngines(configuration, servers, on: group).checked(
                with: try ConfiguredImages(configuration, servers, on: group),
                try ConfiguredSpeech(configuration, servers, on: group))
            return try await ControlLine.bytes(of: EngineCheckDocument(checking: engines))
        case .verifyLedger: return try ControlLine.bytes(of: verify(configuration.store))
        case .restore(let path): return try ControlLine.bytes(of: restore(path, configuration.store))
        default:
            let logger = Logger(label: "minitoolai") { _ in LineLog(level: .warning) }
            defer { LineLog.flush() }
            let books = try Books.open(configuration, logger)
            defer { books.ledger.close() }
            let (topUps, _) = try books.topUps(configuration, on: MultiThreadedEventLoopGroup.singleton)
            let desk = books.desk(
                configuration, engines: [], topUps: topUps, console: ConsoleControl(signIn: books.signIn(), site: nil)
            ) {
                try await images(configuration, books, logger)
            }
            return try await desk.answer(Array(ControlLine.bytes(of: request)))
        }
    }

    /// The jobs as a server would find them when it starts; nobody paints them here.
    private static func images(_ configuration: Configuration, _ books: Books, _ logger: Logger) async throws -> ImageJobs {
        let group = MultiThreadedEventLoopGroup.singleton
        let jobs = try ConfiguredImages(configuration, try LocalServers(configuration, logger, on: group), on: group).jobs(
            configuration, books, .none, logger, on: group)
        try await jobs.takeUp()
        return jobs
    }

    private static func verify(_ setting: Configuration.Store) throws -> VerdictDocument {
        let path = setting.dataDirectory
        guard FileManager.default.fileExists(atPath: path + "/" + Configuration.Store.fileName) else {
            throw ControlRefusal(code: "no_ledger", message: "there is no ledger in \(path)")
        }
        let directory = try DataDirectory(path)
        return try withExtendedLifetime(directory) {
            VerdictDocument(try SQLiteLedgerStore(path: directory.databasePath).verify())
        }
    }

    private static func restore(_ backup: String, _ setting: Configuration.Store) throws -> RestoreDocument {
        let directory = try DataDirectory(setting.dataDirectory)
        try directory.restore(from: backup)
        switch try SQLiteLedgerStore(path: directory.databasePath).verify() {
        case .ok(let entries, let accounts):
            return RestoreDocument(restored: directory.databasePath, entries: entries, accounts: accounts)
        case .disagreement(let sentence):
            throw ControlRefusal(code: "ledger_disagrees", message: "what was restored does not add up: \(sentence)")
        }
    }
}

/// Does `work`, and says what the store objects to as the command line says things.
func plainly<Result>(_ work: () async throws -> Result) async throws -> Result {
    do {
        return try await work()
    } catch let failure as StoreFailure {
        if case .directoryInUse = failure { throw Failure(.unavailable, failure.description) }
        switch failure {
        case .fileExists, .untrueBackup, .notADatabase, .foreignDatabase, .damaged: throw Failure(.refused, failure.description)
        default: throw Failure(.inputOutput, failure.description)
        }
    }
}
