import Commerce
import Gateway
import Inference
import NIOCore
import NIOHTTP1
import Units
import Wire

/// A streamed answer: each turn's chunks in one piece, the head with the first of them, the price before the end.
///
/// All calls on the connection's loop.
final class EventStreamReply: ChatStreamReply {
    private let connection: Connection
    private let writer: AnswerWriter
    private var openChoices: OpenChoices
    /// Comments are written; the reference's own dialect has none.
    private let comments: Bool
    private let dropped: [String]
    private let facts: AnswerFacts
    /// For a request that its caller named.
    private let recording: AnswerRecording?
    private var frame: ChunkFrame
    private var wroteAt = NIODeadline.now()
    /// The head is out: the status can no longer be changed.
    private(set) var hasBegun = false

    init(
        on connection: Connection, writer: AnswerWriter, request: ChatRequest, facts: AnswerFacts,
        recording: AnswerRecording? = nil
    ) {
        self.facts = facts
        self.recording = recording
        self.connection = connection
        self.writer = writer
        openChoices = OpenChoices(request.prompt.choices)
        comments = request.dialect == .openAI
        dropped = request.droppedMembers
        frame = ChunkFrame(isChunked: !connection.turn.isHTTP10)
    }

    func write(_ chunk: ChatChunk) {
        frame.append { writer.write(chunk: chunk, into: &$0) }
        if chunk.finishes { openChoices.close(chunk) }
    }

    func flush() {
        if !frame.isEmpty { send(last: false) }
    }

    func finish(_ answer: ForwardedAnswer) {
        switch answer.end {
        case .completed: end(answer)
        case .cutShort:
            frame.append { writer.writeCutShort(choices: openChoices.indices, into: &$0) }
            end(answer)
        case .failed(let failure): breakOff(ErrorResponse(failure, isCharged: answer.receipt.charge > .zero))
        case .callerLeft: connection.cut()
        case .serverStopped: breakOff(ErrorResponse(Refusal.notAdmitting))
        }
    }

    private func end(_ answer: ForwardedAnswer) {
        frame.append { buffer in
            writer.write(usage: answer.usage, into: &buffer)
            if comments {
                if answer.fundsEnded { writer.writeStopComment(into: &buffer) }
                writer.writeComment(cost: answer.receipt.charge, balance: answer.receipt.balance.available, into: &buffer)
            }
            writer.writeDone(into: &buffer)
        }
        send(last: true)
        Failpoint.reach(.terminatorSent)
        connection.endTurn()
    }

    /// While nothing has been said a failure is a status; afterwards it is an event, and an end that no client takes for whole.
    private func breakOff(_ error: ErrorResponse) {
        guard hasBegun || !frame.isEmpty else { return connection.reply(error) }
        frame.append { writer.write(error: error.error, into: &$0) }
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

    /// As ``Connection/streamHead(fieldsBytesMax:roomFor:fields:)`` says it.
    static let contentType = "text/event-stream; charset=utf-8"

    private func head(roomFor pieceBytes: Int) -> ByteBuffer {
        let fieldsBytesMax = TextRoom.droppedBytesMax(dropped) + TextRoom.bytesMax(of: facts)
        return connection.streamHead(fieldsBytesMax: fieldsBytesMax, roomFor: pieceBytes) { room in
            room.writeDropped(dropped)
            room.write(facts)
        }
    }

    // MARK: Silence

    func lookAtDeadlines(_ now: NIODeadline) {
        if now - wroteAt >= connection.serving.limits.keepAliveTime { keepAlive() }
    }

    /// Says something that no client hears: a comment, or in the dialect that has none, an empty line.
    func keepAlive() {
        frame.append { buffer in
            if comments { buffer.writeEventComment("keep-alive") } else { buffer.writeStaticString("\n") }
        }
        send(last: false)
    }
}
