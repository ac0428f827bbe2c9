/// The bounds of speech.
package enum SpeechLimits {
    /// Speeches at a time that are not over: each has a piece of audio or two, an encoder and a connection.
    static let openMax = 512
    /// The same of one account and book, so that one that reads slowly leaves room for others.
    package static let openPerAccountMax = 128
    /// How many engines are asked for one speech.
    static let attemptsMax = 3
}
