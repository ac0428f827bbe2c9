package import NIOCore

extension ComfyUIEngine {
    /// What an operator may say about one server.
    package struct Options: Sendable {
        /// The engine's name in the configuration.
        package var name: String
        /// Everything before `/prompt`.
        package var address: EngineAddress
        /// For a proxy in front of it: the server itself asks for none.
        package var credentials: EngineCredentials?
        /// A PEM file of certificates to trust instead of the system's.
        package var trustedRoots: String?
        /// Jobs handed to the server at a time: 1...16.
        package var concurrency = 1
        /// For one picture, the server's queue and a checkpoint's loading included.
        package var paintTime = StableDiffusionLimits.paintTime
        /// How often a job is looked for.
        package var pollTime = ComfyUILimits.pollTime
        /// How long a job may be in neither the server's queue nor its history.
        package var graceTime = ComfyUILimits.graceTime
        /// How long the server may leave questions after a job unanswered.
        package var patienceTime = ComfyUILimits.patienceTime
        /// How long a job that was given up is looked after.
        package var goodbyeTime = ComfyUILimits.goodbyeTime

        /// - Parameter baseURL: `http://127.0.0.1:8188`
        package init(name: String, baseURL: String) throws(EngineAddress.Fault) {
            self.name = name
            address = try EngineAddress(baseURL)
        }
    }
}

extension TimeAmount {
    var duration: Duration { .nanoseconds(nanoseconds) }
}
