import NIOCore

/// The bounds of espeak-ng.
package enum EspeakLimits {
    /// Processes at a time: each takes 2 MB.
    package static let processesStandard = 24
    package static let processesRange = 1...256
    /// Speeches that wait for a process.
    static let waitingMax = 256
    /// How long they wait: 64 speeches of the longest text to MP3 take two slow processors a minute.
    static let waitingTime = TimeAmount.seconds(120)
    /// How long a process waits for its reader, all in all, before another may run beside it: a reader that only encodes keeps none waiting
    /// so long, one that listens does.
    static let readerTime = TimeAmount.seconds(30)
    /// Processes beyond those at a time, whose readers are slow: 200 MB.
    static let slowReadersMax = 100
    /// For one speech, its reader's pace included: the longest text at the lowest speed is listened to for 20 minutes.
    static let totalTime = TimeAmount.minutes(30)
    /// Without a byte the process is taken for hung: it makes a second of speech in a millisecond.
    static let stallTime = TimeAmount.seconds(20)
    /// How long a process may take to end when it has written everything.
    static let endingTime = TimeAmount.seconds(5)
    /// Bytes of a list of voices: ten times what version 1.51 prints.
    static let listingBytesMax = 256 << 10
    /// Silence that is heard before a speech is taken to have begun: six seconds.
    static let silenceBytesMax = 256 << 10
    /// Processes that are tried for one speech, when one ends before it has said anything.
    static let attemptsMax = 2
    /// Words a minute at speed 1.
    static let wordsStandard = 175.0
    /// No fewer words a minute are spoken, whatever `-s` says (measured with 1.51): below, time is stretched.
    static let wordsMin = 80.0
}
