import Inference
import NIOCore
import NIOPosix
import Synchronization
import TestKit
import Testing
import Units
import Wire

@testable import Engines

/// A receiver that writes down what it hears and checks the order in which it hears it.
final class RecordedAnswer: ChatReceiver, Sendable {
    struct Heard: Sendable {
        var opening: ChatOpening?
        var chunks: [ChatChunk] = []
        var end: ChatEnd?
        var failure: EngineFailure?
        /// What an engine must never do: calls after the end, or chunks before the opening.
        var faults: [String] = []

        var isOver: Bool { end != nil || failure != nil }
        /// The choices of every chunk, as text.
        var choices: [String] { chunks.map { String(buffer: $0.choices) } }
        var outputBytes: Int { chunks.reduce(0) { $0 + $1.outputBytes } }
        /// The contents of choice 0, put together.
        var text: String {
            chunks.compactMap { chunk in
                let choice = (try? JSONValue(parsing: chunk.choices))?[0]
                return (choice?["delta"] ?? choice?["message"])?["content"]?.string
            }.joined()
        }
    }

    private struct State {
        var heard = Heard()
        var call: NIOLoopBound<any ChatCall>?
        var waiters: [(isReached: @Sendable (Heard) -> Bool, continuation: CheckedContinuation<Heard, Never>)] = []
    }

    let loop: any EventLoop
    private let state = Mutex(State())
    private let onChunk: @Sendable (Int, RecordedAnswer) -> Void

    init(on loop: any EventLoop, onChunk: @escaping @Sendable (Int, RecordedAnswer) -> Void = { _, _ in }) {
        self.loop = loop
        self.onChunk = onChunk
    }

    var heard: Heard { state.withLock { $0.heard } }

    /// Waits until something was heard, or the end. Every call ends, if only by its deadlines.
    func wait(until isReached: @escaping @Sendable (Heard) -> Bool) async -> Heard {
        await withCheckedContinuation { continuation in
            let heard = state.withLock { state -> Heard? in
                if state.heard.isOver || isReached(state.heard) { return state.heard }
                state.waiters.append(({ $0.isOver || isReached($0) }, continuation))
                return nil
            }
            if let heard { continuation.resume(returning: heard) }
        }
    }

    func ended() async -> Heard { await wait { $0.isOver } }

    // MARK: The call

    func open(_ order: ChatOrder, with engine: any ChatEngine) async throws {
        try await loop.submit { [self] in
            let call = engine.open(order, on: loop, to: self)
            let bound = NIOLoopBound(call, eventLoop: loop)
            state.withLock {
                if $0.heard.opening != nil || $0.heard.isOver { $0.heard.faults.append("heard something before it began") }
                $0.call = bound
            }
            call.begin()
        }.get()
    }

    /// On the loop only.
    var call: (any ChatCall)? { state.withLock { $0.call }?.value }
    func cancel() async throws { try await loop.submit { self.call?.cancel() }.get() }
    func pause() async throws { try await loop.submit { self.call?.pause() }.get() }
    func resume() async throws { try await loop.submit { self.call?.resume() }.get() }

    // MARK: ChatReceiver

    func opened(_ opening: ChatOpening) {
        note { heard in
            if heard.opening != nil { heard.faults.append("opened twice") }
            heard.opening = opening
        }
    }

    func received(_ chunk: ChatChunk) {
        var count = 0
        note { heard in
            if heard.opening == nil { heard.faults.append("a chunk before the opening") }
            heard.chunks.append(chunk)
            count = heard.chunks.count
        }
        onChunk(count, self)
    }

    func turnEnded() {}
    func completed(_ end: ChatEnd) { note(isEnd: true) { $0.end = end } }
    func failed(_ failure: EngineFailure) { note(isEnd: true) { $0.failure = failure } }

    private func note(isEnd: Bool = false, _ change: (inout Heard) -> Void) {
        loop.preconditionInEventLoop()
        let (reached, heard) = state.withLock { state in
            if state.heard.isOver { state.heard.faults.append("heard something after the end") }
            change(&state.heard)
            let reached = state.waiters.filter { $0.isReached(state.heard) }
            state.waiters.removeAll { $0.isReached(state.heard) }
            return (reached, state.heard)
        }
        for waiter in reached { waiter.continuation.resume(returning: heard) }
    }
}

/// One after the other: these tests talk through sockets and watch the clock, and must not wait for one another's work.
@Suite(.serialized) struct `An engine for OpenAI-compatible servers` {}

/// What tests order, and from whom.
enum Given {
    static let key = "sk-canary-0123456789abcdef-0123456789"

    static func engine(
        _ upstream: ScriptedUpstream, _ change: (inout OpenAIEngine.Options) -> Void = { _ in }
    ) throws -> OpenAIEngine {
        try OpenAIEngine(options(upstream.baseURL, change), group: MultiThreadedEventLoopGroup.singleton)
    }

    /// Patient where the machine may be slow, unless a test is about patience.
    static func options(
        _ baseURL: String, _ change: (inout OpenAIEngine.Options) -> Void = { _ in }
    ) throws -> OpenAIEngine.Options {
        var options = try OpenAIEngine.Options(name: "scripted", baseURL: baseURL, key: Secret(key))
        options.deadlines.connect = .seconds(60)
        options.staleTime = .seconds(60)
        change(&options)
        return options
    }

    static func setting<Value>(
        _ option: WritableKeyPath<OpenAIEngine.Options, Value>, _ value: Value
    ) -> (inout OpenAIEngine.Options) -> Void {
        { $0[keyPath: option] = value }
    }

    static func order(
        as model: String = "scripted-1", stream: Bool = true, choices: Int = 1,
        members: [(String, String)] = [("messages", #"[{"role":"user","content":"hi"}]"#)]
    ) -> ChatOrder {
        let members = members.map { ChatPrompt.Member(name: $0.0, value: ByteBuffer(string: $0.1)) }
        return order(as: model, stream: stream, choices: choices, members: members)
    }

    static func order(
        as model: String = "scripted-1", stream: Bool = true, choices: Int = 1, members: [ChatPrompt.Member]
    ) -> ChatOrder {
        let prompt = ChatPrompt(
            model: "gpt-4o-mini", stream: stream, choices: choices, outputCap: 100, members: members,
            size: PromptSize(jsonBytes: 100, textBytes: 2, messages: 1), images: [])
        return ChatOrder(prompt: prompt, model: model, outputCap: 100, request: RequestID("req_1"))
    }

    static var loop: any EventLoop { MultiThreadedEventLoopGroup.singleton.any() }

    /// For answers that take an unoptimised build long to read: other tests' deadlines must not wait for them.
    static var loopForMegabytes: any EventLoop { groupForMegabytes.any() }
    private static let groupForMegabytes = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Asks once and waits for the end.
    static func answer(
        from engine: OpenAIEngine, to order: ChatOrder = order(), on loop: any EventLoop = loop
    ) async throws -> RecordedAnswer.Heard {
        let answer = RecordedAnswer(on: loop)
        try await answer.open(order, with: engine)
        return await answer.ended()
    }

    /// Starts a server with a script, asks it once, stops it.
    static func answer(
        to order: ChatOrder = order(), on loop: any EventLoop = loop,
        change: (inout OpenAIEngine.Options) -> Void = { _ in }, _ script: @escaping @Sendable (ScriptedRequest) -> ScriptedAnswer
    ) async throws -> RecordedAnswer.Heard {
        let upstream = try await ScriptedUpstream.start(script)
        let heard = try await answer(from: engine(upstream, change), to: order, on: loop)
        await upstream.stop()
        return heard
    }
}

extension EngineFailure {
    /// The kind as a word, for comparisons.
    var word: String {
        switch kind {
        case .refusedPrompt(let refusal): "refusedPrompt \(refusal.status)"
        default: "\(kind)"
        }
    }
}
