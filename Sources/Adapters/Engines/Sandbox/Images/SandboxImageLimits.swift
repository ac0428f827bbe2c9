/// What the sandbox paints at most.
enum SandboxImageLimits {
    /// Failing attempts that may be asked for: far more than any job has.
    static let failTimesMax = 1_000
    /// Pictures at a time, unless it is told otherwise: each takes a thread for some milliseconds of every step.
    static let concurrency = 8
}
