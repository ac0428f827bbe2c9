package import NIOCore

/// Where samples become files.
package protocol SpeechEncoders: Sendable {
    /// The formats this machine can write: `wav` and `pcm` always, the others where their library is installed.
    var formats: [SpeechFormat] { get }

    /// An encoder of one piece of speech.
    /// - Parameters:
    ///   - hertz: the samples' rate; the file's is ``SpeechFormat/hertz``.
    ///   - tempo: as ``SpokenShape/samples(hertz:tempo:)`` has it.
    func encoder(of format: SpeechFormat, hertz: Int, tempo: Double) throws(SpeechFault) -> any SpeechEncoder
}

/// Makes one file of samples, as they come. Used by one task at a time.
package protocol SpeechEncoder: AnyObject {
    /// Takes samples (see ``SpokenShape/samples(hertz:tempo:)``) and writes what they make, which may be nothing yet.
    func encode(_ samples: ByteBuffer, into file: inout ByteBuffer) throws(SpeechFault)
    /// Writes the rest. Nothing is encoded after it.
    func finish(into file: inout ByteBuffer) throws(SpeechFault)
}

package struct SpeechFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// For logs: never shown to a caller.
    package let description: String
    package init(_ description: String) { self.description = description }
}
