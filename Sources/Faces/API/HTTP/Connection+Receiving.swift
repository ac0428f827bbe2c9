import NIOCore
import Units
import Wire

extension Connection {
    /// A new request begins. Whatever can be refused by its head alone is refused here, before its body is read.
    func receive(_ request: RequestHead) {
        turn = Turn(request: .random(using: &serving.random), isHead: request.method == .head)
        turn.isHTTP10 = request.isHTTP10
        turn.keepsAlive = !request.isLastOnConnection && !serving.isStopping

        let incoming = Incoming(request, for: purpose(of: request))
        if case .bytes(let bytes) = request.body, bytes > bodyBytesMax(incoming), !incoming.isRefused {
            incoming.purpose = .refused(tooLarge(bodyBytesMax(incoming)))
        }
        phase = .receiving
        self.incoming = incoming
        guard request.body != .none else { return }
        if case .refused(let refusal) = incoming.purpose {
            if !isWorthReading(request) { refuse(refusal) }
        } else if request.expectsContinue {
            write(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n"))
        }
    }

    private func purpose(of request: RequestHead) -> Incoming.Purpose {
        guard request.method == .post, let door = ChatPermit.door(of: request) else { return .plain }
        turn.served.route = Route(door)
        do { return .chat(try ChatPermit(door, request, serving.service.keys, after: &shownSecret)) } catch {
            return .refused(error)
        }
    }

    private func bodyBytesMax(_ incoming: Incoming) -> Int {
        if case .chat = incoming.purpose { serving.limits.chatBodyBytesMax } else { serving.limits.plainBodyBytesMax }
    }

    private func tooLarge(_ bytesMax: Int) -> ErrorResponse { ErrorResponse(RequestFault.bodyTooLarge(bytesMax: bytesMax)) }

    /// A refused request's body that is short and surely coming is read, and the connection kept.
    private func isWorthReading(_ request: RequestHead) -> Bool {
        guard case .bytes(let bytes) = request.body, !request.expectsContinue else { return false }
        return bytes <= serving.limits.discardedBodyBytesMax
    }

    func receive(_ part: ByteBuffer) {
        guard let incoming else { preconditionFailure("a body belongs to a request") }
        guard !incoming.isRefused else { return incoming.take(part) }
        guard serving.hold(bodyBytes: part.readableBytes) else { return refuse(.tooManyBodies) }
        incoming.heldBytes += part.readableBytes
        incoming.take(part)
        let bytesMax = bodyBytesMax(incoming)
        if incoming.bytes > bytesMax { refuse(tooLarge(bytesMax)) }
    }

    /// The request is complete: its answer begins.
    func receivedAll() {
        guard let incoming else { preconditionFailure("what was received is known") }
        self.incoming = nil
        phase = .answering
        turn.served.receivedBytes = incoming.bytes
        switch incoming.purpose {
        case .refused(let refusal): reply(refusal.fit(for: incoming.head.target?.path))
        case .chat(let permit): begin(ChatExchange(permit, incoming, on: self))
        case .plain: begin(PlainExchange(incoming, on: self))
        }
    }

    private func begin(_ exchange: some Exchange) {
        self.exchange = exchange
        serving.begin(exchange)
    }

    /// Answers a request that was not read to its end, or not understood. The connection does not survive that.
    func refuse(_ refusal: ErrorResponse) {
        let refusal = refusal.fit(for: incoming?.head.target?.path)
        dropIncoming()
        turn.keepsAlive = false
        phase = .answering
        reply(refusal)
    }
}
