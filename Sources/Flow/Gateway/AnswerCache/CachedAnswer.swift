import Inference
import NIOCore
import Units

/// An answer that came to its end, with what it used.
final class CachedAnswer: Sendable {
    let chunks: [ChatChunk]
    let usage: Usage
    let reachedCap: Bool
    let until: NIODeadline
    let bytes: Int

    init(chunks: [ChatChunk], usage: Usage, reachedCap: Bool, until: NIODeadline) {
        self.chunks = chunks
        self.usage = usage
        self.reachedCap = reachedCap
        self.until = until
        bytes = chunks.reduce(CachedAnswer.overheadBytes) { $0 + $1.choices.readableBytes + CachedAnswer.chunkOverheadBytes }
    }

    /// What a name, the table's room and an allocation take.
    private static let overheadBytes = 256
    private static let chunkOverheadBytes = 96
}

/// Gives an answer again: to the rest of the house an engine like any other.
struct CachedAnswerEngine: ChatEngine {
    /// Also what holds and the cost book call it.
    static let name = "cache"

    let answer: CachedAnswer

    var name: String { CachedAnswerEngine.name }
    var traits: EngineTraits { EngineTraits(hiddenTokens: 0, disconnect: .cancel) }

    func check() async -> EngineReport { EngineReport(usable: true, summary: "answers from memory") }

    func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        CachedAnswerCall(answer, on: loop, to: receiver)
    }
}

/// `@unchecked Sendable`: touched on `loop` only.
private final class CachedAnswerCall: ChatCall, @unchecked Sendable {
    private let answer: CachedAnswer
    private let loop: any EventLoop
    private var receiver: (any ChatReceiver)?
    private var next = 0
    private var isPaused = false
    private var isGoing = false

    init(_ answer: CachedAnswer, on loop: any EventLoop, to receiver: any ChatReceiver) {
        self.answer = answer
        self.loop = loop
        self.receiver = receiver
    }

    func begin() {
        receiver?.opened(ChatOpening())
        go()
    }

    /// As much as is wanted, in one go.
    private func go() {
        guard !isGoing else { return }
        isGoing = true
        defer { isGoing = false }
        while !isPaused, let receiver, next < answer.chunks.count {
            next += 1
            receiver.received(answer.chunks[next - 1])
        }
        guard let receiver else { return }
        if next == answer.chunks.count, !isPaused {
            self.receiver = nil
            receiver.completed(ChatEnd(usage: answer.usage, reachedCap: answer.reachedCap))
        } else {
            receiver.turnEnded()
        }
    }

    func cancel() { receiver = nil }

    func pause() { isPaused = true }

    func resume() {
        guard isPaused else { return }
        isPaused = false
        // Never from within what asks for it.
        loop.execute { [self] in if !isPaused { go() } }
    }
}
