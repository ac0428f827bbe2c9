package import Wire

/// What the commands cannot know themselves, given to them by the executable: how to serve, what the configuration is, and who
/// carries out an operator's request while no server runs.
package struct House: Sendable {
    /// Serves until it is told to stop.
    package var serve: @Sendable (Place, ServeWishes, Terminal) async throws -> Void
    package var configuration: @Sendable (Place, ServeWishes) throws -> ConfigurationListing
    /// The data directory, where the control socket of a running server is found.
    package var dataDirectory: @Sendable (Place) throws -> String
    /// Carries out a request straight on the store. Not to be asked while a server runs.
    package var answer: @Sendable (ControlRequest, Place) async throws -> [UInt8]
    /// From now on the first SIGINT or SIGTERM is told here and ends nothing; the second ends the process at once.
    package var signals: @Sendable () throws -> AsyncStream<Int32>

    package init(
        serve: @escaping @Sendable (Place, ServeWishes, Terminal) async throws -> Void,
        configuration: @escaping @Sendable (Place, ServeWishes) throws -> ConfigurationListing,
        dataDirectory: @escaping @Sendable (Place) throws -> String,
        answer: @escaping @Sendable (ControlRequest, Place) async throws -> [UInt8],
        signals: @escaping @Sendable () throws -> AsyncStream<Int32> = { AsyncStream { $0.finish() } }
    ) {
        self.serve = serve
        self.configuration = configuration
        self.dataDirectory = dataDirectory
        self.answer = answer
        self.signals = signals
    }
}

/// Which installation is meant: what `--config` and `--data` say, nil where they are not given.
package struct Place: Hashable, Sendable {
    package var config: String?
    package var data: String?

    package init(config: String? = nil, data: String? = nil) {
        self.config = config
        self.data = data
    }
}

/// The flags of `serve` that override the configuration.
package struct ServeWishes: Hashable, Sendable {
    package var host: String?
    package var port: Int?
    /// One JSON document instead of lines for people.
    package var json: Bool

    package init(host: String? = nil, port: Int? = nil, json: Bool = false) {
        self.host = host
        self.port = port
        self.json = json
    }
}

/// The effective configuration, key by key.
package struct ConfigurationListing: Codable, Hashable, Sendable {
    package struct Key: Codable, Hashable, Sendable {
        /// `server.port`
        package let key: String
        /// As it is in force; `***` for a secret.
        package let value: String
        /// `default`, `built in`, `FILE:LINE`, `env NAME` or `flag --NAME`.
        package let source: String

        package init(key: String, value: String, source: String) {
            self.key = key
            self.value = value
            self.source = source
        }
    }

    package let keys: [Key]

    package init(keys: [Key]) { self.keys = keys }
}
