package import Inference
package import Units

/// A picture that is there, as whoever asked for it is told.
package struct DeliveredImage: Hashable, Sendable {
    /// Where it can be fetched without a key until ``expiry``.
    package let url: String
    package let model: String
    package let seed: Int64
    /// What was used, in the reference's words, or in the engine's when it was something else.
    package let scheduler: String
    package let width: Int
    package let height: Int
    package let format: PictureFormat
    package let cost: Money
    package let expiry: Instant

    /// - Parameters:
    ///   - seed: the one that was used.
    ///   - substitute: the scheduler that was used instead, if one was.
    package init(url: String, prompt: ImagePrompt, seed: Int64, substitute: String?, cost: Money, expiry: Instant) {
        self.url = url
        model = prompt.model
        self.seed = seed
        scheduler = substitute ?? prompt.scheduler.rawValue
        width = prompt.width
        height = prompt.height
        format = prompt.format
        self.cost = cost
        self.expiry = expiry
    }
}
