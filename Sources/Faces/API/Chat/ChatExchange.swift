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
    private var request: ChatRequest?
    private var model: ModelOffer?
    private var reply: (any ChatReply)?
    private var stream: (any ChatStreamReply)?
    /// What was asked, when it was asked at `/v1/responses`.
    private var responses: ResponsesRequest?
    /// The name that the caller gave the request.
    private var claim: IdempotencyClaim?
    private var recording: AnswerRecording?
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
            self.request = request
            if let name = try incoming.head.submission(incoming.body, path: permit.door.rawValue) {
                enter(as: name)
            } else {
                admit(request)
            }
        } catch { refuse(error) }
    }

    private func admit(_ request: ChatRequest) {
        service.chat.admit(request.prompt, for: permit.caller, on: line, as: claim) { [self] in open($0) }
    }

    @inline(never)
    private func enter(as name: Submission) {
        service.names.enter(name, for: permit.caller, on: line.loop) { [self] result in
            do throws(Refusal) {
                switch try result.get() {
                case .first(let claim):
                    self.claim = claim
                    if let request { admit(request) }
                case .answered(let answer):
                    connection.reply(answer)
                    end()
                }
            } catch { refuse(ErrorResponse(error)) }
        }
    }

    private func decode(_ body: ByteBuffer) throws(ErrorResponse) -> ChatRequest {
        let request: ChatRequest
        do {
            let body = try translated(body)
            request = try ChatRequest.read(body, dialect: permit.dialect, catalog: service.chat.catalog)
        } catch { throw ErrorResponse(error) }
        let textBytesMax = connection.serving.limits.chatTextBytesMax
        guard request.prompt.size.jsonBytes <= textBytesMax else {
            throw ErrorResponse(RequestFault.bodyTooLarge(bytesMax: textBytesMax))
        }
        return request
    }

    private func open(_ result: Result<Admitted, Refusal>) {
        do throws(Refusal) {
            let admitted = try result.get()
            model = admitted.offer
            connection.turn.served.chat = Served.Chat(permit.caller, model: admitted.offer.id)
            admitted.open { [self] in forward($0) }
        } catch { refuse(ErrorResponse(error)) }
    }

    private func forward(_ result: Result<OpenAnswer, EngineFailure>) {
        do throws(EngineFailure) {
            let answer = try result.get()
            let reply = reply(for: answer)
            self.reply = reply
            answer.forward(to: reply) { [self] in finish($0) }
        } catch { refuse(ErrorResponse(error)) }
    }

    private func translated(_ body: ByteBuffer) throws(RequestFault) -> ByteBuffer {
        switch permit.door {
        case .openAI, .reference: return body
        case .messages: return try MessagesRequest.chat(body)
        case .responses:
            let request = try ResponsesRequest(body)
            responses = request
            return request.chat
        }
    }

    private func reply(for answer: OpenAnswer) -> any ChatReply {
        guard let request, let model else { preconditionFailure("what is answered was asked") }
        if claim != nil {
            recording = AnswerRecording(contentType: request.prompt.stream ? EventStreamReply.contentType : "application/json")
        }
        if permit.door == .messages || responses != nil { return translatedReply(to: request, of: model, answer) }
        let writer = AnswerWriter(
            id: AnswerWriter.id(using: &connection.serving.random), created: service.clock.now().seconds,
            model: model.snapshot, dialect: permit.dialect, includeUsage: request.includeUsage,
            fingerprint: answer.fingerprint, streams: request.prompt.stream)
        guard request.prompt.stream else {
            return WholeReply(
                on: connection, writer: writer, request: request, facts: AnswerFacts(answer), recording: recording)
        }
        let reply = EventStreamReply(
            on: connection, writer: writer, request: request, facts: AnswerFacts(answer), recording: recording)
        stream = reply
        return reply
    }

    @inline(never)
    private func translatedReply(to request: ChatRequest, of model: ModelOffer, _ answer: OpenAnswer) -> any ChatReply {
        let identity = AnswerIdentity(
            created: service.clock.now().seconds, model: model.snapshot, using: &connection.serving.random)
        let translation: any AnswerTranslation =
            responses.map { ResponsesAnswer(identity, to: $0) } ?? MessagesAnswer(identity)
        let reply = TranslatedReply(
            on: connection, translation, manners: manners, streams: request.prompt.stream, facts: AnswerFacts(answer),
            recording: recording)
        if request.prompt.stream { stream = reply }
        return reply
    }

    private var manners: ErrorResponse.Manners { permit.door == .messages ? .messages : .openAI }

    private func finish(_ answer: ForwardedAnswer) {
        connection.turn.served.note(answer)
        if let claim { keep(answer, claim) }
        reply?.finish(answer)
        stream = nil
        end()
    }

    private func refuse(_ error: ErrorResponse) {
        connection.reply(permit.door == .messages ? error.fit(.messages) : error)
        end()
    }

    /// Only an answer that came to its end is worth hearing again.
    @inline(never)
    private func keep(_ answer: ForwardedAnswer, _ claim: IdempotencyClaim) {
        guard let recording, answer.isWhole else { return }
        recording.whenComplete { [self] in
            self.claim = nil
            claim.keep(recording, of: answer.receipt.hold, charge: answer.receipt.charge)
        }
    }

    private func end() {
        claim?.leave()
        recording?.close()
        connection.serving.ended(incoming, on: connection)
    }

    // MARK: The connection's side

    func callerLeft() { line.hangUp() }

    func serverStops() -> Bool {
        guard reply != nil else { return false }
        line.serverStops()
        return true
    }

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

/// One that is written while it is made.
protocol ChatStreamReply: ChatReply {
    /// The head is out: the status can no longer be changed.
    var hasBegun: Bool { get }
    /// Says something that no client hears.
    func keepAlive()
    func lookAtDeadlines(_ now: NIODeadline)
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
