/// The bounds of image jobs.
package enum ImageLimits {
    /// Jobs of one account and book that are not over: with a $0.0015 picture a balance alone bounds nobody.
    package static let jobsPerAccountMax = 20_000
    /// Jobs in all that are not over: about a kilobyte each.
    static let jobsMax = 200_000
    /// How long a job may wait and be tried before it fails and its money is given back.
    static let lifeSeconds: Int64 = 3600
    /// How long one engine may be at one picture: the slowest sampler on the slowest card, with a checkpoint to load.
    static let paintSeconds: Int64 = 300
    /// Jobs of one checkpoint an engine takes in a row while others wait: to change it costs seconds.
    static let streakMax = 8
    /// After a failure of its own an engine rests so long, doubled with each further one, up to the last.
    static let restMilliseconds: Int64 = 500
    static let restMillisecondsMax: Int64 = 30_000
    /// Bytes of the host under which a caller reached this server: a name of DNS and a port.
    static let hostBytesMax = 260
    /// How often jobs that waited too long are looked for.
    static let sweepMilliseconds: Int64 = 1000
    /// After so many such looks whoever watches a job is told again where it stands, so that no proxy takes the line for dead.
    static let reminderRounds = 10
    /// After so many, and at the start, pictures that have expired are removed.
    static let blobSweepRounds = 600
    /// Jobs an operator is shown that are not over: more nobody reads.
    static let listedMax = 1000
    /// And of those that are over; the store is asked for so many at once.
    static let listedOverMax = 100
    /// How often it is asked when few of them are in the wanted state: the last 10,000 are looked at.
    static let listedPagesMax = 100
}
