import Inference
import NIOCore

/// A speech as the caller gets it: what an engine says, through an encoder unless it is a file already. Used by one task at a time.
///
/// `@unchecked Sendable`: it is handed from the task that begins it to the one that delivers it, which are the same.
final class EncodedSpeech: @unchecked Sendable {
    private let audio: any SpokenAudio
    /// nil: what comes is handed on.
    private let encoder: (any SpeechEncoder)?
    /// What was made and not yet asked for.
    private var ready: ByteBuffer?
    private var isOver = false

    private init(_ audio: any SpokenAudio, _ encoder: (any SpeechEncoder)?) {
        self.audio = audio
        self.encoder = encoder
    }

    /// - Returns: when the first bytes of the file are there.
    static func begin(
        _ order: SpeechOrder, with engine: any SpeechEngine, _ encoders: any SpeechEncoders
    ) async throws(EngineFailure) -> EncodedSpeech {
        let audio = try await engine.speak(order)
        do throws(EngineFailure) {
            let speech = EncodedSpeech(audio, try encoder(for: audio.shape, order.prompt.format, encoders))
            guard let first = try await speech.next() else {
                throw EngineFailure(.malformed, detail: "there was nothing to hear")
            }
            speech.ready = first
            return speech
        } catch {
            audio.stop()
            throw error
        }
    }

    private static func encoder(
        for shape: SpokenShape, _ format: SpeechFormat, _ encoders: any SpeechEncoders
    ) throws(EngineFailure) -> (any SpeechEncoder)? {
        guard case .samples(let hertz, let tempo) = shape else { return nil }
        do throws(SpeechFault) { return try encoders.encoder(of: format, hertz: hertz, tempo: tempo) } catch {
            let list = encoders.formats.map { "'\($0.rawValue)'" }.joined(separator: ", ")
            let message =
                "Unsupported response format: '\(format.rawValue)' cannot be written here. Supported formats are: \(list)."
            throw EngineFailure(
                .refusedPrompt(
                    EngineRefusal(
                        status: 400, message: message, param: "response_format", code: "unsupported_response_format")),
                detail: "\(error)")
        }
    }

    /// The next bytes of the file, never none; nil when it is whole.
    func next() async throws(EngineFailure) -> ByteBuffer? {
        if let ready {
            self.ready = nil
            return ready
        }
        while !isOver {
            let piece = try await audio.next()
            isOver = piece == nil
            guard let encoder else { return piece }
            var bytes = ByteBuffer()
            do throws(SpeechFault) {
                if let piece { try encoder.encode(piece, into: &bytes) } else { try encoder.finish(into: &bytes) }
            } catch {
                audio.stop()
                throw EngineFailure(.malformed, detail: "what was said cannot be encoded: \(error)")
            }
            if bytes.readableBytes > 0 { return bytes }
        }
        return nil
    }

    func stop() { audio.stop() }
}
