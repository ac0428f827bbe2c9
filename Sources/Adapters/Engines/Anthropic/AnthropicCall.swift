import Inference
import NIOCore
import Wire

/// One chat with a server that speaks the Messages API.
final class AnthropicCall: ChatCall, AnswerReader {
    private enum Reading {
        case nothing
        case events
        case document
        /// The body of a status that is none of success.
        case refusal(AnswerHead)
        case over
    }

    private let engine: AnthropicEngine
    private let loop: any EventLoop
    private let order: ChatOrder
    private var exchange: UpstreamExchange?
    private var receiver: (any ChatReceiver)?
    private var reading = Reading.nothing
    private var gathered = ByteBuffer()
    private var events = EventStreamReader()
    private var answer: AnthropicStream
    private var isPaused = false
    private var hasOpened = false
    /// Something was handed over since the last flush.
    private var hasNews = false

    init(_ order: ChatOrder, of engine: AnthropicEngine, on loop: any EventLoop, to receiver: any ChatReceiver) {
        self.order = order
        self.engine = engine
        self.loop = loop
        self.receiver = receiver
        answer = AnthropicStream(engine.diagnosis)
    }

    func begin() {
        guard receiver != nil else { return }
        do {
            start(engine.request(order, try AnthropicPrompt(order).body))
        } catch let failure as EngineFailure {
            fail(failure)
        } catch {
            // The order's members are not what a checked prompt promises.
            fail(EngineFailure(.malformed, detail: "the order's messages cannot be read"))
        }
    }

    private func start(_ request: UpstreamRequest) {
        var deadlines = engine.options.deadlines
        if !order.prompt.stream { deadlines.firstByte = deadlines.firstByteUnstreamed }
        let exchange = UpstreamExchange(request, in: engine.pools.pool(on: loop), deadlines: deadlines, to: self)
        self.exchange = exchange
        if isPaused { exchange.pause() }
        exchange.start()
    }

    // MARK: The receiver's side

    func cancel() {
        reading = .over
        receiver = nil
        exchange?.cancel()
    }

    func pause() {
        isPaused = true
        exchange?.pause()
    }

    func resume() {
        isPaused = false
        exchange?.resume()
    }

    // MARK: The upstream's side

    func began(_ head: AnswerHead) {
        guard head.isSuccess else {
            reading = .refusal(head)
            exchange?.hurry(OpenAILimits.errorTime)
            return
        }
        guard !head.isEncoded else { return fail(EngineFailure(.malformed, detail: "the body is compressed, unasked")) }
        reading = order.prompt.stream ? .events : .document
    }

    func brought(_ bytes: ByteBuffer) {
        switch reading {
        case .events:
            events.append(bytes)
            takeEvents()
        case .document:
            gathered.writeImmutableBuffer(bytes)
            guard gathered.readableBytes > OpenAILimits.answerBytesMax else { return }
            fail(EngineFailure(.malformed, detail: "the answer is larger than \(OpenAILimits.answerBytesMax) bytes"))
        case .refusal(let head):
            gathered.writeImmutableBuffer(bytes)
            if head.isEncoded || gathered.readableBytes > OpenAILimits.errorBytesMax { refuse(head) }
        case .nothing, .over: break
        }
    }

    func turnEnded() {
        guard hasNews else { return }
        hasNews = false
        receiver?.turnEnded()
    }

    func ended() {
        switch reading {
        case .events:
            if let last = events.finish() { take(answer.on(last)) }
            guard case .events = reading else { return }
            if let failure = answer.failureAtEnd { fail(failure) } else { complete(answer.end) }
        case .document:
            do throws(EngineFailure) {
                let message = try AnthropicMessage(gathered, engine.diagnosis)
                pass(message.chunk)
                complete(message.end)
            } catch { fail(error) }
        case .refusal(let head): refuse(head)
        case .nothing, .over: break
        }
    }

    func broke(_ reason: UpstreamBreak) {
        if case .refusal(let head) = reading { return refuse(head) }
        let hasHead = if case .nothing = reading { false } else { true }
        fail(reason.failure(hasBegun: hasHead))
    }

    private func takeEvents() {
        do throws(EventStreamFault) {
            while case .events = reading, let event = try events.next() { take(answer.on(event)) }
        } catch {
            fail(EngineFailure(.malformed, detail: "an event is longer than \(WireLimits.eventBytesMax) bytes"))
        }
    }

    private func take(_ step: AnthropicStream.Step) {
        switch step {
        case .nothing: break
        case .chunk(let chunk): pass(chunk)
        case .done: complete(answer.end)
        case .failed(let failure): fail(failure)
        }
    }

    private func refuse(_ head: AnswerHead) {
        fail(engine.diagnosis.failure(head, head.isEncoded ? nil : UpstreamError(document: gathered)))
    }

    // MARK: Telling the receiver

    private func pass(_ chunk: ChatChunk) {
        if !hasOpened {
            hasOpened = true
            receiver?.opened(ChatOpening())
        }
        hasNews = true
        receiver?.received(chunk)
    }

    private func complete(_ end: ChatEnd) {
        let receiver = finish()
        exchange?.leave()
        receiver?.completed(end)
    }

    private func fail(_ failure: EngineFailure) {
        let receiver = finish()
        exchange?.cancel()
        receiver?.failed(failure)
    }

    private func finish() -> (any ChatReceiver)? {
        reading = .over
        gathered = ByteBuffer()
        defer { receiver = nil }
        return receiver
    }
}
