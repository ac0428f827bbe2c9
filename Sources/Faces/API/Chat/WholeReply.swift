import Commerce
import Gateway
import Inference
import NIOCore
import NIOHTTP1
import Units
import Wire

/// An answer that is given all at once, with its price in the head. All calls on the connection's loop.
final class WholeReply: AnswerSink {
    private let connection: Connection
    private let writer: AnswerWriter
    private let dropped: [String]
    private var choices: ByteBuffer?

    init(on connection: Connection, writer: AnswerWriter, request: ChatRequest) {
        self.connection = connection
        self.writer = writer
        dropped = request.droppedMembers
    }

    func write(_ chunk: ChatChunk) { choices = chunk.choices }

    func flush() {}

    /// The answer is over and settled.
    func finish(_ answer: ForwardedAnswer) {
        switch answer.end {
        case .completed, .cutShort: end(answer)
        case .failed(let failure): connection.reply(ErrorResponse(failure, isCharged: answer.receipt.charge > .zero))
        case .callerLeft: connection.cut()
        }
    }

    private func end(_ answer: ForwardedAnswer) {
        guard let choices else {
            let failure = EngineFailure(.malformed, detail: "a whole answer without a message")
            return connection.reply(ErrorResponse(failure, isCharged: answer.receipt.charge > .zero))
        }
        var body = ByteBuffer()
        body.reserveCapacity(choices.readableBytes + 640)
        writer.write(answer: choices, usage: answer.usage, into: &body)
        connection.reply(.ok, body: body) { buffer in
            buffer.writeStaticString("content-type: application/json\r\n")
            buffer.writeField("x-minitoolai-cost", answer.receipt.charge.description)
            if answer.fundsEnded { buffer.writeField("x-minitoolai-stop", "insufficient_quota") }
            buffer.writeDropped(dropped)
        }
    }
}

extension ByteBuffer {
    /// Tells which members of the request were not passed on, if any.
    mutating func writeDropped(_ names: [String]) {
        if !names.isEmpty { writeField("x-minitoolai-dropped", names.joined(separator: ", ")) }
    }
}
