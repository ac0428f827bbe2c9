import Commerce
import Gateway
import Inference
import NIOCore
import NIOHTTP1
import Units
import Wire

/// An answer that is given all at once, with its price in the head. All calls on the connection's loop.
final class WholeReply: ChatReply {
    private let connection: Connection
    private let writer: AnswerWriter
    private let dropped: [String]
    private let facts: AnswerFacts
    private let recording: AnswerRecording?
    /// The answer without its end, with room for a head before it.
    private var begun: ByteBuffer?

    init(
        on connection: Connection, writer: AnswerWriter, request: ChatRequest, facts: AnswerFacts,
        recording: AnswerRecording? = nil
    ) {
        self.facts = facts
        self.recording = recording
        self.connection = connection
        self.writer = writer
        dropped = request.droppedMembers
    }

    func write(_ chunk: ChatChunk) {
        // Copied at once, as it is in the end anyway: while its bytes are held, the upstream's connection must read into other memory.
        var body = Connection.bodyRoom(fieldsBytesMax: fieldsBytesMax, bodyBytesMax: writer.answerBytesMax(chunk.choices))
        writer.begin(answer: chunk.choices, into: &body)
        begun = body
    }

    private var fieldsBytesMax: Int { 160 + TextRoom.droppedBytesMax(dropped) + TextRoom.bytesMax(of: facts) }

    func flush() {}

    func finish(_ answer: ForwardedAnswer) {
        switch answer.end {
        case .completed, .cutShort: end(answer)
        case .failed(let failure): connection.reply(ErrorResponse(failure, isCharged: answer.receipt.charge > .zero))
        case .callerLeft: connection.cut()
        case .serverStopped: connection.reply(ErrorResponse(Refusal.notAdmitting))
        }
    }

    private func end(_ answer: ForwardedAnswer) {
        guard var body = begun else {
            let failure = EngineFailure(.malformed, detail: "a whole answer without a message")
            return connection.reply(ErrorResponse(failure, isCharged: answer.receipt.charge > .zero))
        }
        // Held once, so that it is not copied.
        begun = nil
        writer.end(answer: answer.usage, into: &body)
        if let recording {
            recording.add(body)
            recording.complete()
        }
        connection.reply(.ok, body: consume body, fieldsBytesMax: fieldsBytesMax) { room in
            room.write("content-type: application/json\r\n")
            room.writeField("x-minitoolai-cost", answer.receipt.charge.description)
            if answer.fundsEnded { room.writeField("x-minitoolai-stop", "insufficient_quota") }
            room.writeDropped(dropped)
            room.write(facts)
        }
    }
}

extension TextRoom {
    /// Tells which members of the request were not passed on, if any.
    mutating func writeDropped(_ names: [String]) {
        if !names.isEmpty { writeField("x-minitoolai-dropped", names.joined(separator: ", ")) }
    }

    static func droppedBytesMax(_ names: [String]) -> Int { names.reduce(32) { $0 + $1.utf8.count + 2 } }
}
