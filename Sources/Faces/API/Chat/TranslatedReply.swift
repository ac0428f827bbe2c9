import Commerce
import Gateway
import Inference
import NIOCore
import NIOHTTP1
import Units
import Wire

/// An answer in another dialect than chat completions', streamed or whole. All calls on the connection's loop.
final class TranslatedReply: ChatStreamReply {
    private let connection: Connection
    private var translation: any AnswerTranslation
    private let manners: ErrorResponse.Manners
    private let streams: Bool
    private let facts: AnswerFacts
    private let recording: AnswerRecording?
    private var frame: ChunkFrame
    private var whole: ChatChunk?
    private var wroteAt = NIODeadline.now()
    private(set) var hasBegun = false

    init(
        on connection: Connection, _ translation: any AnswerTranslation, manners: ErrorResponse.Manners, streams: Bool,
        facts: AnswerFacts, recording: AnswerRecording?
    ) {
        self.connection = connection
        self.translation = translation
        self.manners = manners
        self.streams = streams
        self.facts = facts
        self.recording = recording
        frame = ChunkFrame(isChunked: !connection.turn.isHTTP10)
    }

    func write(_ chunk: ChatChunk) {
        guard streams else {
            whole = chunk
            return
        }
        frame.append { translation.write(chunk, into: &$0) }
    }

    func flush() { if streams, !frame.isEmpty { send(last: false) } }

    func finish(_ answer: ForwardedAnswer) {
        switch answer.end {
        case .completed: end(answer, isCut: false)
        case .cutShort: end(answer, isCut: true)
        case .failed(let failure): breakOff(ErrorResponse(failure, isCharged: answer.receipt.charge > .zero))
        case .callerLeft: connection.cut()
        case .serverStopped: breakOff(ErrorResponse(Refusal.notAdmitting))
        }
    }

    private func end(_ answer: ForwardedAnswer, isCut: Bool) {
        guard streams else { return endWhole(answer, isCut: isCut) }
        frame.append { buffer in
            translation.end(answer.usage, isCut: isCut, into: &buffer)
            if answer.fundsEnded { buffer.writeEventComment("stopped insufficient_quota") }
        }
        send(last: true)
        Failpoint.reach(.terminatorSent)
        connection.endTurn()
    }

    private func endWhole(_ answer: ForwardedAnswer, isCut: Bool) {
        guard let whole else {
            let failure = EngineFailure(.malformed, detail: "a whole answer without a message")
            return breakOff(ErrorResponse(failure, isCharged: answer.receipt.charge > .zero))
        }
        var body = ByteBuffer()
        translation.write(whole: whole, answer.usage, isCut: isCut, into: &body)
        if let recording {
            recording.add(body)
            recording.complete()
        }
        connection.reply(.ok, body: body, fieldsBytesMax: 160 + TextRoom.bytesMax(of: facts)) { room in
            room.write("content-type: application/json\r\n")
            room.writeField("x-minitoolai-cost", answer.receipt.charge.description)
            if answer.fundsEnded { room.writeField("x-minitoolai-stop", "insufficient_quota") }
            room.write(facts)
        }
    }

    /// While nothing has been said a failure is a status; afterwards it is an event, and an end that no client takes for whole.
    private func breakOff(_ error: ErrorResponse) {
        guard hasBegun || (streams && !frame.isEmpty) else { return connection.reply(error.fit(manners)) }
        frame.append { translation.fail(error.error, into: &$0) }
        send(last: false)
        connection.breakOff()
    }

    private func send(last: Bool) {
        if let recording {
            recording.add(frame.content)
            if last { recording.complete() }
        }
        let piece = frame.close(last: last)
        wroteAt = .now()
        if hasBegun { return connection.write(piece) }
        hasBegun = true
        connection.turn.served.firstByteAt = wroteAt
        connection.write(head(roomFor: piece.readableBytes), piece)
    }

    func lookAtDeadlines(_ now: NIODeadline) {
        if hasBegun, now - wroteAt >= connection.serving.limits.keepAliveTime { keepAlive() }
    }

    func keepAlive() {
        frame.append { $0.writeEventComment("keep-alive") }
        send(last: false)
    }

    private func head(roomFor pieceBytes: Int) -> ByteBuffer {
        connection.streamHead(fieldsBytesMax: TextRoom.bytesMax(of: facts), roomFor: pieceBytes) { $0.write(facts) }
    }
}
