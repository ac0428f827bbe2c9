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
    /// - Parameters:
    ///   - body: in a buffer with room for the head before it, where a copy of it is to be spared: ``bodyRoom(fieldsBytesMax:bodyBytesMax:)``.
    ///   - fieldsBytesMax: the most that `fields` writes.
    func reply(
        _ status: HTTPResponseStatus, body: consuming ByteBuffer, fieldsBytesMax: Int, fields: (inout TextRoom) -> Void
    ) {
        let common = head(status, .bytes(body.readableBytes))
        if turn.isHead { body.clear() }
        body.write(before: ReplyHead.bytesMax + fieldsBytesMax) { room in
            common.write(into: &room)
            fields(&room)
            room.write("\r\n")
        }
        write(body)
        endTurn()
    }

    /// Room for a body, with room for its head before it.
    static func bodyRoom(fieldsBytesMax: Int, bodyBytesMax: Int) -> ByteBuffer {
        let headBytesMax = ReplyHead.bytesMax + fieldsBytesMax
        var buffer = ByteBufferAllocator().buffer(capacity: headBytesMax + bodyBytesMax)
        buffer.moveWriterIndex(to: headBytesMax)
        buffer.moveReaderIndex(to: headBytesMax)
        return buffer
    }

    /// The head of a stream of events, with room behind it for the first of them.
    /// - Parameter fieldsBytesMax: the most that `fields` writes.
    func streamHead(fieldsBytesMax: Int, roomFor pieceBytes: Int, fields: (inout TextRoom) -> Void) -> ByteBuffer {
        let common = head(.ok, turn.isHTTP10 ? .untilClose : .chunked)
        let bytesMax = ReplyHead.bytesMax + 128 + fieldsBytesMax
        var buffer = ByteBufferAllocator().buffer(capacity: bytesMax + pieceBytes)
        buffer.write(upTo: bytesMax) { room in
            common.write(into: &room)
            // The last of them keeps nginx from gathering a stream into one piece.
            room.write(
                "content-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\nx-accel-buffering: no\r\n")
            fields(&room)
            room.write("\r\n")
        }
        return buffer
    }

    func reply(_ error: ErrorResponse) {
        serving.service.logger.debug(
            "request.refused",
            metadata: [
                "request": "\(turn.request)", "status": "\(error.status.code)", "code": "\(error.error.code ?? error.error.type)",
            ])
        let fieldsBytesMax = error.fields.reduce(64) { $0 + $1.name.utf8CodeUnitCount + $1.value.utf8.count + 4 }
        reply(error.status, body: error.body, fieldsBytesMax: fieldsBytesMax) { room in
            room.write("content-type: application/json\r\n")
            for field in error.fields { room.writeField(field.name, field.value) }
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
