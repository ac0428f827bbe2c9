import Commerce
import Gateway
import Inference
import NIOCore
import Units
import Wire

/// One chat from its body to its last byte, on its connection's loop throughout: decoded, admitted, opened, forwarded. Each door is a
/// method that goes through it, and the next one below hears what came of it.
///
/// `@unchecked Sendable`: every `var` is touched on the connection's loop only.
final class ChatExchange: Exchange, @unchecked Sendable {
    private let permit: ChatPermit
    private let incoming: Incoming
    private let connection: Connection
    private let line: CallerLine
    private var stream: EventStreamReply?
    private var service: Service { connection.serving.service }

    init(_ permit: ChatPermit, _ incoming: Incoming, on connection: Connection) {
        self.permit = permit
        self.incoming = incoming
        self.connection = connection
        line = CallerLine(connection.serving.tray, request: connection.turn.request)
    }

    func begin() {
        do throws(ErrorResponse) {
            let request = try decode(incoming.body)
            service.chat.admit(request.prompt, for: permit.caller, on: line) { [self] result in
                do throws(Refusal) { open(try result.get(), for: request) } catch { refuse(ErrorResponse(error)) }
            }
        } catch { refuse(error) }
    }

    private func decode(_ body: ByteBuffer) throws(ErrorResponse) -> ChatRequest {
        let request: ChatRequest
        do {
            request = try ChatRequest.read(body, dialect: permit.dialect, catalog: service.chat.catalog)
        } catch { throw ErrorResponse(error) }
        let textBytesMax = connection.serving.limits.chatTextBytesMax
        guard request.prompt.size.jsonBytes <= textBytesMax else {
            throw ErrorResponse(RequestFault.bodyTooLarge(bytesMax: textBytesMax))
        }
        return request
    }

    private func open(_ admitted: Admitted, for request: ChatRequest) {
        connection.turn.served.chat = Served.Chat(permit.caller, model: admitted.model.id)
        admitted.open { [self] result in
            do throws(EngineFailure) {
                forward(try result.get(), of: admitted.model, for: request)
            } catch { refuse(ErrorResponse(error)) }
        }
    }

    private func forward(_ answer: OpenAnswer, of model: ChatModel, for request: ChatRequest) {
        let writer = AnswerWriter(
            id: AnswerWriter.id(using: &connection.serving.random), created: service.clock.now().seconds,
            model: model.snapshot, dialect: permit.dialect, includeUsage: request.includeUsage,
            fingerprint: answer.fingerprint, streams: request.prompt.stream)
        if request.prompt.stream {
            let reply = EventStreamReply(on: connection, writer: writer, request: request)
            stream = reply
            answer.forward(to: reply) { [self] in finish(reply, $0) }
        } else {
            let reply = WholeReply(on: connection, writer: writer, request: request)
            answer.forward(to: reply) { [self] in finish(reply, $0) }
        }
    }

    private func finish(_ reply: some ChatReply, _ answer: ForwardedAnswer) {
        connection.turn.served.note(answer)
        reply.finish(answer)
        stream = nil
        end()
    }

    private func refuse(_ error: ErrorResponse) {
        connection.reply(error)
        end()
    }

    private func end() { connection.serving.ended(incoming, on: connection) }

    // MARK: The connection's side

    func callerLeft() { line.hangUp() }

    func writabilityChanged(isWritable: Bool) { line.writabilityChanged(isWritable: isWritable) }

    func callerFellSilent() {
        if let stream, stream.hasBegun { stream.keepAlive() } else { connection.probe() }
    }

    func lookAtDeadlines(_ now: NIODeadline) { stream?.lookAtDeadlines(now) }
}

/// Where a chat's answer is written, and ended.
protocol ChatReply: AnswerSink {
    /// The answer is over and settled.
    func finish(_ answer: ForwardedAnswer)
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
