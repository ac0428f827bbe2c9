import NIOCore

/// The bounds of choosing among routes.
enum RouteLimits {
    /// So many failures in a row put a route out: one may be chance, and each costs a caller time.
    static let failuresInARow = 3
    /// … or so many per cent of what it was asked lately, once it was asked ``sampleMin`` times.
    static let failedPercentMax = 50
    static let sampleMin = 10
    /// What "lately" is: the running span and the one before it are looked at.
    static let span = TimeAmount.seconds(10)
    /// How long a route is out at first; each failed probe doubles it up to ``outMax``.
    static let outTime = TimeAmount.seconds(5)
    static let outMax = TimeAmount.seconds(60)
    /// How long a route is out that answers much later than its peers.
    static let slowTime = TimeAmount.seconds(30)
    /// It must take so many times what its peers take at the median …
    static let slowFactor = 4
    /// … and so much longer: below it nobody minds.
    static let slowMargin = TimeAmount.milliseconds(500)
    /// So many answers are needed before a route is called slow.
    static let timedMin = 5
    /// Bytes of a prompt's messages that say which route it keeps to. Upstreams cache prompts from about 1,024 tokens on, and
    /// shorter ones are spread by chance.
    static let prefixBytes = 4096
}
