import Commerce
import Gateway
import Inference
import NIOCore
import Units
import Wire

/// One chat from its body to its last byte: decoded, admitted, opened, forwarded, on its connection's loop throughout.
///
/// `@unchecked Sendable`: every `var` is touched on the connection's loop only; ``run(_:)`` runs there too, on its executor.
final class ChatExchange: Exchange, @unchecked Sendable {
    private let permit: ChatPermit
    private let connection: Connection
    private let line: CallerLine
    private var stream: EventStreamReply?
    private var service: Service { connection.serving.service }

    init(_ permit: ChatPermit, on connection: Connection) {
        self.permit = permit
        self.connection = connection
        line = CallerLine(loop: connection.loop, request: connection.turn.request)
    }

    nonisolated(nonsending) func run(_ body: ByteBuffer) async {
        do throws(ErrorResponse) {
            let (request, admitted) = try await admit(body)
            connection.turn.served.chat = Served.Chat(permit.caller, model: admitted.model.id)
            let answer = try await open(admitted)
            let writer = AnswerWriter(
                id: AnswerWriter.id(using: &connection.serving.random), created: service.clock.now().seconds,
                model: admitted.model.snapshot, dialect: permit.dialect, includeUsage: request.includeUsage,
                fingerprint: answer.fingerprint, streams: request.prompt.stream)
            if request.prompt.stream {
                let reply = EventStreamReply(on: connection, writer: writer, request: request)
                stream = reply
                let forwarded = await answer.forward(to: reply)
                connection.turn.served.note(forwarded)
                reply.finish(forwarded)
                stream = nil
            } else {
                let reply = WholeReply(on: connection, writer: writer, request: request)
                let forwarded = await answer.forward(to: reply)
                connection.turn.served.note(forwarded)
                reply.finish(forwarded)
            }
        } catch {
            connection.reply(error)
        }
    }

    private nonisolated(nonsending) func admit(_ body: ByteBuffer) async throws(ErrorResponse) -> (ChatRequest, Admitted) {
        let request: ChatRequest
        do {
            request = try ChatRequest.read(body, dialect: permit.dialect, catalog: service.chat.catalog)
        } catch { throw ErrorResponse(error) }
        let textBytesMax = connection.serving.limits.chatTextBytesMax
        guard request.prompt.size.jsonBytes <= textBytesMax else {
            throw ErrorResponse(RequestFault.bodyTooLarge(bytesMax: textBytesMax))
        }
        do {
            return (request, try await service.chat.admit(request.prompt, for: permit.caller, on: line))
        } catch { throw ErrorResponse(error) }
    }

    private nonisolated(nonsending) func open(_ admitted: Admitted) async throws(ErrorResponse) -> OpenAnswer {
        do { return try await admitted.open() } catch { throw ErrorResponse(error) }
    }

    // MARK: The connection's side

    func callerLeft() { line.hangUp() }

    func writabilityChanged(isWritable: Bool) { line.writabilityChanged(isWritable: isWritable) }

    func callerFellSilent() {
        if let stream, stream.hasBegun { stream.keepAlive() } else { connection.probe() }
    }

    func lookAtDeadlines(_ now: NIODeadline) { stream?.lookAtDeadlines(now) }
}

extension Served.Chat {
    fileprivate init(_ caller: Caller, model: String) {
        self.init(account: caller.key.account, book: caller.key.book, keyPrefix: caller.key.prefix, model: model)
    }
}

extension Served {
    fileprivate mutating func note(_ answer: ForwardedAnswer) {
        chat?.usage = answer.usage
        chat?.charge = answer.receipt.charge
    }
}
