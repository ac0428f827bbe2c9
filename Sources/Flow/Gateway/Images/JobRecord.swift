package import Commerce
package import Inference
package import Units

/// What never changes of a job, from its submission on.
package struct JobRecord: Sendable {
    package let id: JobID
    package let request: RequestID
    package let key: KeyID
    package let purse: Purse
    package let prompt: ImagePrompt
    /// The caller's own, or drawn for it.
    package let seed: Int64
    /// Where the end of the job is told; nil: nowhere.
    package let callback: String?
    /// As the caller reached this server, where it is to be called back: what it is told are addresses it can reach.
    package let host: String?
    /// Somebody waits on the line for it and can be told in no other way: when the line is gone with the process, nobody is to pay for it.
    package let isAwaited: Bool
    /// What the picture costs when it is there.
    package let cost: Money
    package let submitted: Instant
    package let deadline: Instant
}
