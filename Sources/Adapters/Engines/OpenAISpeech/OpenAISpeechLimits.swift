import NIOCore

/// The bounds of servers that speak.
enum OpenAISpeechLimits {
    /// For `check` and the list of voices.
    static let checkTime = TimeAmount.seconds(10)
    /// Voices that are listed of one server: a hundred times what any is known to have.
    static let voicesMax = 10_000

    /// Bytes of samples by which text in their place is known: an onset of speech is text in sixteen samples by no chance.
    static let documentBytesSeen = 32

    /// A server that streams begins at once; one that does not has spoken five minutes of speech by the first byte.
    static let deadlines = {
        var deadlines = Deadlines()
        deadlines.firstByte = .seconds(120)
        deadlines.stall = .seconds(30)
        deadlines.total = .seconds(900)
        return deadlines
    }()
}
