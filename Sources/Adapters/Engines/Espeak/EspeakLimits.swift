import NIOCore

/// The bounds of espeak-ng.
package enum EspeakLimits {
    /// Processes at a time: each takes 2 MB, and a slow reader keeps one waiting.
    package static let processesStandard = 24
    package static let processesRange = 1...256
    /// Speeches that wait for a process.
    static let waitingMax = 256
    /// How long they wait: 64 speeches of the longest text to MP3 take two slow processors a minute.
    static let waitingTime = TimeAmount.seconds(120)
    /// Without a byte the process is taken for hung: it makes a second of speech in a millisecond.
    static let stallTime = TimeAmount.seconds(20)
    /// How long a process may take to end when it has written everything.
    static let endingTime = TimeAmount.seconds(5)
    /// Bytes of a list of voices: ten times what version 1.51 prints.
    static let listingBytesMax = 256 << 10
    /// Processes that are tried for one speech, when one ends before it has said anything.
    static let attemptsMax = 2
    /// Words a minute at speed 1.
    static let wordsStandard = 175.0
    /// No fewer words a minute are spoken, whatever `-s` says (measured with 1.51): below, time is stretched.
    static let wordsMin = 80.0
}
