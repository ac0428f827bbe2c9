import NIOCore

/// The bounds of engines that speak.
enum SpeechEngineLimits {
    /// Bytes of one speech that wait for its reader: a pipe's worth, so that a slow reader costs little memory and a fast one never waits.
    static let waitingBytesMax = 64 << 10
}
