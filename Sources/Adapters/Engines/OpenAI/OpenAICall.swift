import Inference
import NIOCore
import Wire

/// One chat with an upstream: reads its answer, in whatever form it comes, and tells the receiver.
final class OpenAICall: ChatCall, AnswerReader {
    private enum Reading {
        /// No head yet.
        case nothing
        /// The first bytes of a body: they say what it is, better than its headers do.
        case beginning
        case events
        case document
        /// The body of a status that is none of success.
        case refusal(AnswerHead)
        case over
    }

    private let engine: OpenAIEngine
    private let loop: any EventLoop
    /// Until it begins.
    private var order: ChatOrder?
    private var exchange: UpstreamExchange?
    private var receiver: (any ChatReceiver)?
    private let stream: Bool
    private var reading = Reading.nothing
    private var gathered = ByteBuffer()
    /// For an answer that comes in events.
    private var events: EventStreamReader?
    private var answer: StreamAnswer?
    private var isPaused = false
    private var hasOpened = false
    /// Something was handed over since the last flush.
    private var hasNews = false

    init(_ order: ChatOrder, of engine: OpenAIEngine, on loop: any EventLoop, to receiver: any ChatReceiver) {
        self.order = order
        self.engine = engine
        self.loop = loop
        self.receiver = receiver
        stream = order.prompt.stream
    }

    func begin() {
        guard receiver != nil, let order else { return }
        self.order = nil
        do {
            start(try engine.requests.chat(order))
        } catch {
            // The order's messages are not what a checked prompt promises.
            fail(EngineFailure(.malformed, detail: "the order's messages cannot be read"))
        }
    }

    private func start(_ request: UpstreamRequest) {
        var deadlines = engine.deadlines
        if !stream { deadlines.firstByte = deadlines.firstByteUnstreamed }
        let exchange = UpstreamExchange(request, in: engine.pool(on: loop), deadlines: deadlines, to: self)
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
        reading = .beginning
    }

    func brought(_ bytes: ByteBuffer) {
        switch reading {
        case .events:
            events?.append(bytes)
            takeEvents()
        case .beginning:
            add(bytes)
            recognise()
        case .document: gather(bytes)
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
        case .events: endEvents()
        case .document: endDocument()
        case .refusal(let head): refuse(head)
        case .beginning: fail(EngineFailure(.malformed, detail: "the answer has no body"))
        case .nothing, .over: break
        }
    }

    func broke(_ reason: UpstreamBreak) {
        if case .refusal(let head) = reading { return refuse(head) }
        let hasHead = if case .nothing = reading { false } else { true }
        fail(reason.failure(hasBegun: hasHead))
    }

    // MARK: Forms of an answer

    /// Decides by the first byte that means something what the body is. White space before JSON is how some keep a slow
    /// connection alive.
    private func recognise() {
        gathered.skipBlanksAndByteOrderMark()
        guard let first: UInt8 = gathered.getInteger(at: gathered.readerIndex), first != 0xEF else { return }
        switch first {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            reading = .document
            checkLength()
        case UInt8(ascii: "<"): fail(EngineFailure(.malformed, detail: "a web page came in place of an answer"))
        case _ where !stream: fail(EngineFailure(.malformed, detail: "what came is no JSON, though no stream was asked for"))
        default:
            reading = .events
            answer = StreamAnswer(engine.diagnosis, hidesOutput: engine.traits.hidesOutput)
            events = EventStreamReader()
            events?.append(gathered)
            gathered = ByteBuffer()
            takeEvents()
        }
    }

    private func takeEvents() {
        do throws(EventStreamFault) {
            while case .events = reading, let event = try events?.next() {
                if let chunk = answer?.chunkLikeLast(event) {
                    pass(chunk, opening)
                } else if let step = answer?.on(event) {
                    take(step)
                }
            }
        } catch {
            fail(EngineFailure(.malformed, detail: "an event is longer than \(WireLimits.eventBytesMax) bytes"))
        }
    }

    private func take(_ step: StreamAnswer.Step) {
        switch step {
        case .nothing: break
        case .chunk(let chunk): pass(chunk, opening)
        case .burst(let chunks): for chunk in chunks { pass(chunk, opening) }
        case .done: complete()
        case .failed(let failure): fail(failure)
        }
    }

    private func endEvents() {
        if let last = events?.finish(), let step = answer?.onLast(last) { take(step) }
        guard case .events = reading else { return }
        if let failure = answer?.failureAtEnd { fail(failure) } else { complete() }
    }

    private func complete() { if let end = answer?.end { complete(end) } }

    private var opening: ChatOpening { ChatOpening(fingerprint: answer?.fingerprint) }

    private func gather(_ bytes: ByteBuffer) {
        add(bytes)
        checkLength()
    }

    /// Most answers come in one read, and need no copy.
    private func add(_ bytes: ByteBuffer) {
        if gathered.readableBytes == 0 { gathered = bytes } else { gathered.writeImmutableBuffer(bytes) }
    }

    private func checkLength() {
        guard gathered.readableBytes > OpenAILimits.answerBytesMax else { return }
        fail(EngineFailure(.malformed, detail: "the answer is larger than \(OpenAILimits.answerBytesMax) bytes"))
    }

    private func endDocument() {
        do throws(EngineFailure) {
            let whole = try WholeAnswer(gathered, stream: stream, engine.diagnosis, hidesOutput: engine.traits.hidesOutput)
            if let single = whole.single { pass(single, whole.opening) }
            for chunk in whole.chunks { pass(chunk, whole.opening) }
            complete(whole.end)
        } catch {
            fail(error)
        }
    }

    private func refuse(_ head: AnswerHead) {
        fail(engine.diagnosis.failure(head, head.isEncoded ? nil : UpstreamError(document: gathered)))
    }

    // MARK: Telling the receiver

    private func pass(_ chunk: ChatChunk, _ opening: @autoclosure () -> ChatOpening) {
        if !hasOpened {
            hasOpened = true
            receiver?.opened(opening())
        }
        hasNews = true
        receiver?.received(chunk)
    }

    /// The end of the body usually comes in the same read; then the connection is used again.
    private func complete(_ end: ChatEnd) {
        let receiver = finish()
        exchange?.leave()
        receiver?.completed(end)
    }

    /// After an answer that was read to its end the connection is as good as new; else it is cut.
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

extension ByteBuffer {
    fileprivate mutating func skipBlanksAndByteOrderMark() {
        while let byte: UInt8 = getInteger(at: readerIndex) {
            if byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
                moveReaderIndex(forwardBy: 1)
            } else if readableBytesView.starts(with: [0xEF, 0xBB, 0xBF]) {
                moveReaderIndex(forwardBy: 3)
            } else {
                return
            }
        }
        clear()
    }
}
