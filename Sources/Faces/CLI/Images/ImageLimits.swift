/// How much is taken from a server, and how long it is asked.
enum ImageLimits {
    /// An answer about a job has less than a kilobyte, and so has each line of its events.
    static let answerBytesMax = 64 * 1024
    /// The largest picture there is, 1344 x 1344 as PNG, has less than 6 MB.
    static let pictureBytesMax = 32 * 1024 * 1024
    /// Of a picture's address; signed ones of S3 stores have about 500.
    static let addressBytesMax = 8 * 1024
    /// How often a job is asked after that cannot be watched, in milliseconds.
    static let lookMilliseconds: Int64 = 1000
    /// How often in all: twice the hour after which a server gives a job up.
    static let looksMax = 7200
    /// How many looks in a row may find no server: it may be starting again, and its jobs go on.
    static let missesMax = 60
    /// How often a picture is fetched whose connection breaks.
    static let fetchesMax = 3
}
