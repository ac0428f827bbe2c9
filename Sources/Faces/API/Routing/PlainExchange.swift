import Hummingbird
import Logging
import NIOCore
import NIOHTTP1
import Wire

/// One request that the framework's router answers: made into its terms, and its answer carried out on the same connection.
///
/// `@unchecked Sendable`: every `var` is touched on the connection's loop only; ``run()`` runs there too, on its executor.
final class PlainExchange: Exchange, @unchecked Sendable {
    private let incoming: Incoming
    private var head: RequestHead { incoming.head }
    private let connection: Connection
    /// The head of the reply, until the first piece of the body goes with it.
    private var replyHead: ByteBuffer?
    private var frame = ChunkFrame(isChunked: false)
    private var isGone = false
    private var hasBegun = false
    private var isSilent = false
    private var waiter: UnsafeContinuation<Void, Never>?
    private var running: Task<Void, Never>?

    init(_ incoming: Incoming, on connection: Connection) {
        self.incoming = incoming
        self.connection = connection
    }

    func begin() {
        // Not a loose task: the server waits for it. Whoever waits for long in it, for a picture, hears that the caller has gone.
        running = Task(executorPreference: connection.serving.executor) {
            await self.run()
            self.connection.serving.ended(self.incoming, on: self.connection)
        }
    }

    private nonisolated(nonsending) func run() async {
        let service = connection.serving.service
        guard let target = head.target, target.isPlain, let request = Request(head, incoming.body) else {
            return connection.reply(.unknownURL(head.method.rawValue, head.target?.path ?? "*"))
        }
        connection.turn.served.route = Route(path: target.path)
        var logger = service.logger
        logger[metadataKey: "request"] = "\(connection.turn.request)"
        let context = PlainContext(
            source: .init(
                logger: logger, head: head, keys: service.keys, isLocal: connection.isLocal && head.isForThisMachine,
                request: connection.turn.request, body: incoming.body, address: connection.address))
        let response: Response
        do {
            response = try await service.router.respond(to: request, context: context)
        } catch {
            if !isGone { logger.error("endpoint.failed", metadata: ["error": "\(error)"]) }
            return connection.reply(.internalFault)
        }
        begin(response)
        guard !connection.turn.isHead else { return end() }
        do {
            try await response.body.write(PlainBody(exchange: self))
        } catch {
            if !isGone { logger.error("endpoint.broken", metadata: ["error": "\(error)"]) }
            connection.breakOff()
        }
    }

    private func begin(_ response: Response) {
        hasBegun = true
        let framing = response.framing(isHTTP10: connection.turn.isHTTP10)
        frame = ChunkFrame(isChunked: framing == .chunked)
        let status = HTTPResponseStatus(statusCode: response.status.code, reasonPhrase: response.status.reasonPhrase)
        var buffer = ByteBuffer()
        buffer.write(upTo: ReplyHead.bytesMax) { [connection] in connection.head(status, framing).write(into: &$0) }
        for field in response.headers where !ByteBuffer.framingFields.contains(field.name.canonicalName) {
            buffer.writeString("\(field.name.canonicalName): \(field.value)\r\n")
        }
        buffer.writeStaticString("\r\n")
        replyHead = buffer
    }

    // MARK: The body

    /// Waits while the caller takes no more.
    fileprivate func write(_ piece: ByteBuffer) async throws {
        frame.append { $0.writeImmutableBuffer(piece) }
        if !frame.isEmpty { send(last: false) }
        while !isGone, !connection.isWritable { await withUnsafeContinuation { waiter = $0 } }
        if isGone { throw CancellationError() }
    }

    fileprivate func end() {
        if connection.turn.isHead, let replyHead { connection.write(replyHead) } else { send(last: true) }
        connection.endTurn()
    }

    private func send(last: Bool) {
        let piece = frame.close(last: last)
        if let replyHead { connection.write(replyHead, piece) } else { connection.write(piece) }
        replyHead = nil
    }

    // MARK: The connection's side

    func callerLeft() {
        isGone = true
        running?.cancel()
        wakeWaiter()
    }

    func writabilityChanged(isWritable: Bool) { if isWritable { wakeWaiter() } }

    func serverStops() -> Bool { false }

    func callerFellSilent() { isSilent = true }

    /// Most answers are there before anybody could ask; only for one that takes long does it matter whether somebody still listens.
    func lookAtDeadlines(_ now: NIODeadline) { if isSilent, !hasBegun, !isGone { connection.probe() } }

    private func wakeWaiter() {
        waiter?.resume()
        waiter = nil
    }
}

/// Where the framework writes a body to.
private struct PlainBody: ResponseBodyWriter {
    let exchange: PlainExchange

    mutating func write(_ buffer: ByteBuffer) async throws { try await exchange.write(buffer) }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws { exchange.end() }
}

extension ByteBuffer {
    /// What the connection itself says of every reply.
    fileprivate static let framingFields: Set = ["content-length", "transfer-encoding", "connection", "date", "x-request-id"]
}

extension Request {
    fileprivate init?(_ head: RequestHead, _ body: ByteBuffer) {
        guard let method = HTTPRequest.Method(head.method.rawValue), let target = head.target else { return nil }
        var fields = HTTPFields()
        for (name, value) in head.fields {
            guard let name = HTTPFields.Element.Name(name) else { continue }
            fields.append(HTTPFields.Element(name: name, value: value))
        }
        let path = target.path + (target.query.map { "?\($0)" } ?? "")
        self.init(
            head: HTTPRequest(method: method, scheme: nil, authority: nil, path: path, headerFields: fields),
            body: RequestBody(buffer: body))
    }
}

extension Response {
    fileprivate func framing(isHTTP10: Bool) -> ReplyFraming {
        if status.code == 204 || status.code == 304 { return .none }
        if let length = headers[.contentLength].flatMap({ Int($0) }) { return .bytes(length) }
        return isHTTP10 ? .untilClose : .chunked
    }
}
