package import NIOCore

/// Every bound of this room, with its reason.
package enum BlobLimits {
    /// Bytes of a picture: three times the largest there is as plain pixels, 1344 x 1344 x 3, which no encoder exceeds by much.
    package static let pictureBytesMax = 16 << 20

    // MARK: A directory

    /// Threads that read and write: enough to keep a disk busy, few enough that a hanging one does not fill the machine with them.
    static let threads = 4
    /// A picture half written is left alone so long: nobody takes longer to write one.
    package static let leftoverSeconds: Int64 = 3600
    /// Files and folders that one sweep looks at; the next goes on where it ended. A few seconds' work for a cold disk.
    package static let sweepEntriesMax = 100_000
    /// Names of one folder that a sweep takes into memory: 256 is what the two upper levels hold, and some hundreds the lowest.
    static let folderNamesMax = 100_000
    /// How often a put makes folders anew that a sweep took away meanwhile.
    static let foldersTriesMax = 8
    /// Bytes that a check writes: one block.
    static let probeBytes = 4096

    // MARK: S3

    /// Bytes of an answer that holds no picture: a thousand keys take about 400 KiB.
    static let documentBytesMax = 4 << 20
    /// Keys on a page of a list: the most that S3 gives.
    static let pageKeysMax = 1000
    /// Pages that one sweep reads, and pictures that it removes; the next goes on where it ended. Each is a request that costs.
    static let sweepPagesMax = 100
    package static let sweepRemovalsMax = 10_000
    /// Removals that fail before a sweep gives up: fewer are some objects' own trouble (a lock on them), more are the server's.
    static let removalFaultsMax = 10
    /// Removals under way at a time.
    static let removalsAtOnce = 8
    /// Connections at a time, each with a picture in memory: enough for any number of engines, a small part of the files a process may open.
    static let connectionsMax = 64
    /// Name resolution and TCP.
    static let connectTime = TimeAmount.seconds(5)
    /// From the connection to the end of the answer: the largest picture at 2 Mbit/s.
    package static let exchangeTime = TimeAmount.seconds(60)
    /// How often a request is sent in all. Each may be repeated: it says what is to be, not what is to change.
    package static let attemptsMax = 3
    /// The first pause before another attempt; doubled for each further one, and cut by up to half at random.
    package static let retryPause = TimeAmount.milliseconds(200)
    /// Seconds that a signed address may be good for. Source:
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
    package static let signedSecondsMax: Int64 = 604_800
    /// Bytes of an endpoint's address; longer ones are a slip of the pen.
    static let addressBytesMax = 2048
    /// Bytes of a prefix: with a picture's name far below the 1024 of a key.
    static let prefixBytesMax = 512
    /// Bytes of an access key or a secret key; those in use have 16 to 128.
    static let keyBytesMax = 1024
    /// Letters of an error's code; the longest of S3's has 40.
    static let errorCodeMax = 64
}
