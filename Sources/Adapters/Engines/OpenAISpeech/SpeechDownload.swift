import Inference
import NIOCore

/// One answer of a server that speaks: audio into the pieces, anything else into a failure.
///
/// `@unchecked Sendable`: every `var` is touched on the loop only.
final class SpeechDownload: AnswerReader, @unchecked Sendable {
    let pieces: SpokenPieces
    private let loop: any EventLoop
    private let format: SpeechFormat
    private let diagnosis: Diagnosis
    private var exchange: UpstreamExchange?
    private var isStopped = false
    private var hasAudio = false
    /// Of a status that is none of success, or an error in place of audio.
    private var refusal: AnswerHead?
    private var words = ByteBuffer()

    init(_ format: SpeechFormat, _ diagnosis: Diagnosis, on loop: any EventLoop) {
        self.format = format
        self.diagnosis = diagnosis
        self.loop = loop
        pieces = SpokenPieces(on: loop)
    }

    /// Called on the loop.
    func begun(_ exchange: UpstreamExchange) {
        guard !isStopped else { return exchange.cancel() }
        self.exchange = exchange
        pieces.fill { isWanted in if isWanted { exchange.resume() } else { exchange.pause() } }
    }

    /// Gives it up. From any thread.
    @Sendable func stop() {
        loop.execute { [self] in
            isStopped = true
            let exchange = self.exchange
            self.exchange = nil
            exchange?.cancel()
        }
    }

    // MARK: The upstream's side

    func began(_ head: AnswerHead) {
        if !head.isSuccess {
            refusal = head
            exchange?.hurry(OpenAILimits.errorTime)
        } else if head.isEncoded {
            fail(EngineFailure(.malformed, detail: "the body is compressed, unasked"))
        }
    }

    func brought(_ bytes: ByteBuffer) {
        if refusal == nil, !hasAudio, isDocument(bytes) {
            return fail(
                UpstreamError(document: bytes).map(diagnosis.failureBeforeAnswer)
                    ?? EngineFailure(.malformed, detail: "a document came in place of audio"))
        }
        guard let refusal else {
            hasAudio = true
            return pieces.add(bytes)
        }
        words.writeImmutableBuffer(bytes)
        if words.readableBytes > OpenAILimits.errorBytesMax { refuse(refusal) }
    }

    /// No file of audio begins like JSON or a page; bare samples may, but not with a line of text.
    private func isDocument(_ bytes: ByteBuffer) -> Bool {
        let beginning = bytes.readableBytesView.prefix(OpenAISpeechLimits.documentBytesSeen)
        let first = beginning.first { !" \r\n\t".utf8.contains($0) }
        guard first == UInt8(ascii: "{") || first == UInt8(ascii: "<") else { return false }
        return format != .pcm
            || beginning.count > 1 && beginning.allSatisfy { (0x20...0x7E).contains($0) || (0x09...0x0D).contains($0) }
    }

    func turnEnded() {}

    func ended() {
        if let refusal { return refuse(refusal) }
        end(hasAudio ? nil : EngineFailure(.malformed, detail: "the answer has no body"))
    }

    func broke(_ reason: UpstreamBreak) {
        if let refusal { return refuse(refusal) }
        end(reason.failure(hasBegun: hasAudio))
    }

    private func refuse(_ head: AnswerHead) { fail(diagnosis.failure(head, UpstreamError(document: words))) }

    private func fail(_ failure: EngineFailure) {
        exchange?.cancel()
        end(failure)
    }

    private func end(_ failure: EngineFailure?) {
        exchange = nil
        pieces.finish(failure)
    }
}
