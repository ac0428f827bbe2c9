/// What is bounded about engines that are started here, and why.
package enum LocalServerLimits {
    /// Lines of an engine's output that go to the log in a second: enough to see why it fails, too few to drown the log.
    static let linesPerSecondMax = 50
    /// Between two looks at whether it answers, in milliseconds.
    static let lookMilliseconds: Int64 = 100
    /// How long one look may take, in milliseconds.
    static let lookTimeMilliseconds: Int64 = 2000
    /// How long it is left alone after it failed to start, doubled with each time up to the most, in milliseconds: a model that is not there
    /// now is not there a moment later.
    static let restMilliseconds: Int64 = 1000
    static let restMillisecondsMax: Int64 = 60_000
    /// Requests that wait for one engine to start.
    static let waitingMax = 1000
}
