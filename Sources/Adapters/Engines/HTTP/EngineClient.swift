package import Inference
package import NIOCore

/// Asks an engine's HTTP API: one request, one whole answer, from a task on any thread. Its connections live on one event loop and
/// are kept for the next request.
package final class EngineClient: Sendable {
    package let address: EngineAddress
    private let target: UpstreamTarget
    /// The fields of every request, credentials among them.
    private let fields: String
    let loop: any EventLoop
    private let pool: NIOLoopBoundBox<UpstreamPool?>
    private let answerBytesMax: Int

    /// - Parameters:
    ///   - address: everything before the paths that are asked.
    ///   - trustedRoots: a PEM file of certificates to trust instead of the system's.
    ///   - group: one of its loops carries the connections.
    /// - Throws: what is wrong with `trustedRoots`.
    package init(
        _ address: EngineAddress, credentials: EngineCredentials? = nil, trustedRoots: String? = nil,
        answerBytesMax: Int = EngineClientLimits.answerBytesMax, group: any EventLoopGroup
    ) throws {
        self.address = address
        self.answerBytesMax = answerBytesMax
        target = try UpstreamTarget(address, trustedRoots: trustedRoots)
        // An address and a secret hold only visible ASCII, so nothing can break out of a line.
        let authorization = credentials.map { "authorization: \($0.header)\r\n" } ?? ""
        fields = "host: \(address.authority)\r\nuser-agent: MiniToolAI\r\naccept-encoding: identity\r\n\(authorization)"
        loop = group.next()
        pool = NIOLoopBoundBox.makeEmptyBox(eventLoop: loop)
    }

    /// Asks, and waits for the whole answer, whatever its status. Cancelling the task closes the connection.
    /// - Parameters:
    ///   - path: behind the address's own path: starts with a slash, visible ASCII only, a query included.
    ///   - json: a body of type application/json.
    ///   - deadline: for all of it, connecting included.
    ///   - outlivesCancellation: is asked and waited for even when the task is cancelled: what an engine must hear in any case.
    /// - Throws: `lost` without a connection or when it broke, `timedOut`, `cancelled`, `broken` when what came is too large or
    ///   not HTTP.
    package func ask(
        _ method: String, _ path: String, json: ByteBuffer? = nil, deadline: TimeAmount, outlivesCancellation: Bool = false
    ) async throws(ImageFailure) -> EngineAnswer {
        try await ask(
            method, path, content: json.map(EngineContent.init(json:)), deadline: deadline,
            outlivesCancellation: outlivesCancellation)
    }

    /// The same with a body of any type, and more fields.
    /// - Parameters:
    ///   - fields: visible ASCII only.
    ///   - grace: so long the answer is still waited for when the task is cancelled.
    package func ask(
        _ method: String, _ path: String, content: EngineContent?, fields: [(name: String, value: String)] = [],
        deadline: TimeAmount, outlivesCancellation: Bool = false, grace: TimeAmount = .zero
    ) async throws(ImageFailure) -> EngineAnswer {
        let exchange = NIOLoopBoundBox.makeEmptyBox(valueType: EngineExchange.self, eventLoop: loop)
        let request = request(method, path, content, fields)
        let title = "\(method) \(path.prefix { $0 != "?" })"
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<EngineAnswer, ImageFailure>, Never>) in
                loop.execute { [self] in
                    // A task that was cancelled before this has left its mark.
                    let begun = exchange.value ?? EngineExchange(title, bytesMax: answerBytesMax)
                    exchange.value = begun
                    begun.begin(request, in: poolHere, deadline: deadline) { continuation.resume(returning: $0) }
                }
            }
        } onCancel: {
            guard !outlivesCancellation else { return }
            _ = loop.scheduleTask(in: grace) { [answerBytesMax] in
                let begun = exchange.value ?? EngineExchange(title, bytesMax: answerBytesMax)
                exchange.value = begun
                begun.cancel()
            }
        }
        return try result.get()
    }

    /// Asks, and hands the answer on as it comes, on ``loop``.
    /// - Parameter begun: is given the exchange before it starts; on the loop.
    func begin(
        _ method: String, _ path: String, json: ByteBuffer, deadlines: Deadlines, to reader: any AnswerReader & Sendable,
        begun: @escaping @Sendable (UpstreamExchange) -> Void
    ) {
        let request = request(method, path, EngineContent(json: json), [])
        loop.execute { [self] in
            let exchange = UpstreamExchange(request, in: poolHere, deadlines: deadlines, to: reader)
            begun(exchange)
            exchange.start()
        }
    }

    /// Waits, even when the task is cancelled: for whoever says goodbye to an engine.
    func linger(_ time: TimeAmount) async {
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            _ = loop.scheduleTask(in: time) { continuation.resume() }
        }
    }

    private func request(
        _ method: String, _ path: String, _ content: EngineContent?, _ more: [(name: String, value: String)]
    ) -> UpstreamRequest {
        precondition(
            path.first == "/" && path.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a path is a slash and visible ASCII")
        var head = "\(method) \(address.path)\(path) HTTP/1.1\r\n\(fields)accept: */*\r\n"
        for (name, value) in more {
            precondition(value.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "a field's value is visible ASCII")
            head += "\(name): \(value)\r\n"
        }
        if let content {
            head += "content-type: \(content.type)\r\ncontent-length: \(content.body.readableBytes)\r\n"
        } else if method != "GET" {
            head += "content-length: 0\r\n"
        }
        return UpstreamRequest(first: ByteBuffer(string: head + "\r\n"), rest: content.map { [$0.body] } ?? [])
    }

    /// Made when it is first needed. Called on the loop.
    private var poolHere: UpstreamPool {
        if let pool = pool.value { return pool }
        var deadlines = Deadlines()
        deadlines.connect = EngineClientLimits.connectTime
        let made = UpstreamPool(
            on: loop, to: target, deadlines: deadlines, idleTime: EngineClientLimits.idleTime, staleTime: OpenAILimits.staleTime)
        pool.value = made
        return made
    }
}
