import API
import CLI
import Engines
import Gateway
import Inference
import Logging

/// The whole configuration, read once at the start. Every key with its type, default and range: docs/guides/configuration.md.
struct Configuration: Sendable {
    let server: Server
    let store: Store
    let ledger: Ledger
    let blobs: Blobs
    let payments: Payments
    let routing: RoutingRules
    let limits: LimitRules
    /// nil: nothing is answered twice.
    let cache: AnswerCache.Rules?
    let engines: [EngineSetting]
    /// Of the engines those that are started here.
    let localServers: [LocalServer.Options]
    /// By an engine's name: those that take so many requests at a time.
    let queues: [String: EngineQueue.Rules]
    /// Chat models in the order they are listed: the built-in ones, then the file's.
    let models: [ModelSetting]
    /// Image models in the same order.
    let images: [ImageModelSetting]
    let speech: [SpeechModelSetting]
    let embeddings: [EmbeddingModelSetting]
    /// Each key with its source, for `minitoolai config`.
    let listing: ConfigurationListing

    struct Server: Hashable, Sendable {
        let host: String
        /// 0 picks a free one.
        let port: Int
        /// How callers reach this server, where that differs from host and port.
        let publicURL: String?
        /// Event loops, each a thread; a chat lives on one of them.
        let loops: Int
        let logLevel: Logger.Level
        /// How long what is in flight may take to finish after SIGTERM.
        let drainMilliseconds: Int64
        /// `off`, `stderr`, or the path of a file to append to.
        let accessLog: String
        /// Who may read `/metrics`.
        let metrics: MetricsAudience
    }

    /// One SQLite database; the directory it lies in is the data directory.
    struct Store: Hashable, Sendable {
        let dataDirectory: String
    }

    struct Ledger: Hashable, Sendable {
        /// What is set aside for a full disk; 0 for nothing.
        let ballastBytes: Int
    }

    /// Where pictures lie.
    struct Blobs: Hashable, Sendable {
        enum Place: Hashable, Sendable {
            case directory(path: String)
            case s3(Bucket)
        }

        /// A bucket of an S3-compatible store.
        struct Bucket: Hashable, Sendable {
            let endpoint: String
            let region: String
            let name: String
            let prefix: String
            let accessKey: String
            let secretKey: String
            let publicURL: String?
            let signedEndpoint: String?
            let trustedRoots: String?
        }

        let place: Place
        let keepMilliseconds: Int64
    }

    /// Who takes payments for live balances.
    struct Payments: Hashable, Sendable {
        let stripeKey: String?
        let stripeWebhookSecret: String?
        /// Everything before `/v1`.
        let stripeURL: String
        /// A PEM file of certificates to trust instead of the system's.
        let stripeTrustedRoots: String?
    }

    static let sections = ["server", "store", "ledger", "blobs", "payments", "routing", "limits", "cache", "engines", "models"]

    /// Reads the configuration of `place`: flags before variables before the file before the defaults.
    /// - Throws: ``ConfigurationFaults``, all there are.
    init(at place: Place, _ wishes: ServeWishes, environment: [String: String]) throws {
        let file = try (place.config ?? environment["MINITOOLAI_CONFIG"]).map(Setting.file(at:))
        try self.init(file, environment: environment, flags: Configuration.flags(place, wishes))
    }

    /// - Parameter flags: by the key they override.
    init(_ file: Setting?, environment: [String: String], flags: [String: (flag: String, value: String)] = [:]) throws {
        let reading = ConfigurationReading(environment: environment, flags: flags)
        let root = Section(file, at: [], reading)
        server = root.section("server", read: Server.init)
        store = Store(root)
        ledger = root.section("ledger") { Ledger($0) }
        blobs = root.section("blobs") { [store] in Blobs($0, dataDirectory: store.dataDirectory) }
        payments = root.section("payments") { Payments($0) }
        // An empty section says that there is one, with everything as it is.
        let isCacheNamed = root.setting("cache") != nil
        cache = root.section("cache") { AnswerCache.Rules($0, isNamed: isCacheNamed) }
        routing = root.section("routing") { RoutingRules($0) }
        let engines = root.section("engines", read: EngineSetting.all)
        (self.engines, localServers, queues) = (engines.engines, engines.localServers, engines.queues)
        let models = root.section("models") {
            ModelSettings($0, engines: engines.engines.map(\.name))
        }
        self.models = models.chat
        images = models.images
        speech = models.speech
        embeddings = models.embeddings
        limits = root.section("limits") { LimitRules($0, known: models.ids) }
        root.refuseUnknownKeys()
        reading.refuseUnusedVariables(of: Configuration.sections)
        listing = ConfigurationListing(keys: reading.keys)
        guard reading.faults.isEmpty else { throw ConfigurationFaults(faults: reading.faults.inOrderOfTheFile) }
    }

    private static func flags(_ place: Place, _ wishes: ServeWishes) -> [String: (flag: String, value: String)] {
        var flags: [String: (flag: String, value: String)] = [:]
        if let host = wishes.host { flags["server.host"] = ("--host", host) }
        if let port = wishes.port { flags["server.port"] = ("--port", String(port)) }
        if let data = place.data { flags["store"] = ("--data", "sqlite:\(data)/\(Store.fileName)") }
        return flags
    }
}

extension [ConfigurationFault] {
    fileprivate var inOrderOfTheFile: [ConfigurationFault] {
        func line(_ fault: ConfigurationFault) -> Int { if case .file(_, let line) = fault.origin { line } else { .max } }
        return enumerated().sorted { (line($0.element), $0.offset) < (line($1.element), $1.offset) }.map(\.element)
    }
}
