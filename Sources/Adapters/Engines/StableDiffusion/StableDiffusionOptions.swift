package import NIOCore

/// What an operator may say about one Stable Diffusion server.
package struct StableDiffusionOptions: Sendable {
    /// The engine's name in the configuration.
    package var name: String
    /// `http://127.0.0.1:7860`: everything before `/sdapi` or `/sdcpp`.
    package var address: EngineAddress
    package var credentials: EngineCredentials?
    /// Refuses a picture rather than have it made with another sampler than the one asked for.
    package var strictScheduler = true
    /// Nobody else uses the server, so that whatever it works on may be stopped when a job of ours is given up.
    package var isExclusive = false
    /// A PEM file of certificates to trust instead of the system's.
    package var trustedRoots: String?
    /// For one picture, a checkpoint's loading included.
    package var paintTime = StableDiffusionLimits.paintTime
    /// For a question that is answered from memory.
    package var askTime = StableDiffusionLimits.askTime
    /// How often a job is looked at; nil: as suits the kind of server.
    package var pollTime: TimeAmount?

    /// - Parameter baseURL: everything before `/sdapi` or `/sdcpp`.
    package init(name: String, baseURL: String, credentials: EngineCredentials? = nil) throws(EngineAddress.Fault) {
        self.name = name
        self.credentials = credentials
        address = try EngineAddress(baseURL)
    }
}
