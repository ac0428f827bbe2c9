/// The bounds of callbacks. Their queue is a table; none of it but what is under way is in memory.
enum CallbackLimits {
    /// Attempts under way at once: each is a connection, and for a moment a thread that asks for a name.
    static let attemptsMax = 32
    /// Of those so many may be for one account, so that one whose receiver hangs does not keep the others waiting.
    static let attemptsPerAccountMax = 4
    /// Ends of jobs of one account that are still to be told. From there on no job with a callback is taken: its receiver has been
    /// deaf for thousands of them.
    static let owedPerAccountMax = 20_000
    /// How long after each failed attempt the next is made, in milliseconds; after the last the callback is given up: 5 s for a hiccup,
    /// 30 s and 2 min for a restart, 10 min and 1 h for an outage.
    static let pausesMilliseconds: [Int64] = [5000, 30_000, 120_000, 600_000, 3_600_000]
    /// How often it is looked for attempts that are due; ends of jobs are told without waiting for that.
    static let lookMilliseconds: Int64 = 1000
}
