import Logging
import NIOCore
import NIOHTTP1
import Units
import Wire

extension Connection {
    func head(_ status: HTTPResponseStatus, _ framing: ReplyFraming) -> ReplyHead {
        // A body that ends with the connection, or a server that is going down, ends the connection.
        if framing == .untilClose || serving.isStopping { turn.keepsAlive = false }
        if phase != .gone { turn.served.status = Int(status.code) }
        return ReplyHead(
            status: status, framing: framing, request: turn.request, date: serving.dateText(), keepsAlive: turn.keepsAlive,
            isHTTP10: turn.isHTTP10)
    }

    /// Sends a whole reply and ends the turn.
    func reply(_ status: HTTPResponseStatus, body: ByteBuffer, fields: (inout ByteBuffer) -> Void) {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(512 + body.readableBytes)
        head(status, .bytes(body.readableBytes)).write(into: &buffer)
        fields(&buffer)
        buffer.writeHeadEnd()
        if !turn.isHead {
            var body = body
            buffer.writeBuffer(&body)
        }
        write(buffer)
        endTurn()
    }

    func reply(_ error: ErrorResponse) {
        serving.service.logger.debug(
            "request.refused",
            metadata: [
                "request": "\(turn.request)", "status": "\(error.status.code)", "code": "\(error.error.code ?? error.error.type)",
            ])
        reply(error.status, body: error.body) { buffer in
            buffer.writeStaticString("content-type: application/json\r\n")
            for field in error.fields { buffer.writeField(field.name, field.value) }
        }
    }

    /// Finds out whether a caller who closed its side still listens: one who does passes over an interim answer
    /// (RFC 9110 section 15.2), one who has gone answers with a reset.
    func probe() {
        if !turn.isHTTP10 { write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")) }
    }

    /// The reply is complete. To be called once for each turn.
    func endTurn() {
        guard phase == .answering else { return }
        exchange = nil
        recordTurn()
        if turn.keepsAlive { awaitNext() } else { linger() }
    }

    /// The reply cannot be completed: it ends without its end, so that nobody takes it for whole.
    func breakOff() {
        guard phase == .answering else { return }
        exchange = nil
        turn.served.isCut = true
        recordTurn()
        linger()
    }

    /// Whoever answered is done although the connection was gone before: the turn is counted all the same.
    func endAbandonedTurn() {
        guard phase == .gone, !turn.isRecorded else { return }
        turn.served.isCut = true
        if turn.served.status == 0 { turn.served.status = Served.callerLeft }
        recordTurn()
    }

    private func recordTurn() {
        guard !turn.isRecorded else { return }
        turn.isRecorded = true
        serving.record(turn)
    }
}
