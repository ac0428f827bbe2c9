import Inference
import Units

/// Everything an answer will be, and when: turns of chunks, each after a wait, and how it ends. Chunks are written when
/// their turn comes.
struct SandboxScript: Sendable {
    struct Step: Sendable {
        /// Counted from the step before, or from the start.
        var afterNanoseconds: Int64
        var event: Event
    }

    enum Event: Sendable {
        /// What one read of an upstream would bring.
        case turn([ChatChunk])
        case completed(ChatEnd)
        case failed(EngineFailure)
    }

    /// How an answer is brought out.
    struct Delivery: Sendable {
        var stream: Bool
        var firstNanoseconds: Int64
        var betweenNanoseconds: Int64
        var cut: SandboxDirectives.Cut?
    }

    private let choices: [SandboxChoice]
    private let writer: SandboxChoiceWriter
    private let delivery: Delivery
    /// nil: it never ends.
    private let ending: Event?
    private var turn = 0
    private var chunksSent = 0
    private var isOver = false

    init(choices: [SandboxChoice], writer: SandboxChoiceWriter, delivery: Delivery, usage: Usage?) {
        self.choices = choices
        self.writer = writer
        self.delivery = delivery
        if let cut = delivery.cut {
            ending = cut.failure.map { .failed($0) }
        } else {
            ending = .completed(ChatEnd(usage: usage, reachedCap: choices.contains { $0.finish == "length" }))
        }
    }

    /// No answer at all.
    init(failure: EngineFailure, afterNanoseconds: Int64) {
        choices = []
        writer = SandboxChoiceWriter(usesFunctionCall: false)
        delivery = Delivery(stream: true, firstNanoseconds: afterNanoseconds, betweenNanoseconds: 0)
        ending = .failed(failure)
    }

    /// The next thing that happens; nil after the last.
    mutating func next() -> Step? {
        guard !isOver else { return nil }
        let wait = turn == 0 ? delivery.firstNanoseconds : delivery.betweenNanoseconds
        if delivery.stream, let chunks = chunksOfTurn() {
            turn += 1
            chunksSent += chunks.count
            return Step(afterNanoseconds: wait, event: .turn(chunks))
        }
        if !delivery.stream, turn == 0, delivery.cut == nil {
            turn = 1
            return Step(afterNanoseconds: wholeNanoseconds, event: .turn([writer.answer(choices)]))
        }
        isOver = true
        // The end comes with the last turn, or when the first would have come.
        return ending.map { Step(afterNanoseconds: turn == 0 ? wait : 0, event: $0) }
    }

    /// The chunks of all choices that have come this far, in order of their index, up to a cut.
    private func chunksOfTurn() -> [ChatChunk]? {
        let room = delivery.cut.map { max(0, $0.afterChunks - chunksSent) } ?? .max
        let going = choices.lazy.filter { turn < writer.chunkCount(of: $0) }
        let chunks = going.prefix(room).map { writer.chunk(turn, of: $0) }
        return chunks.isEmpty ? nil : Array(chunks)
    }

    /// A whole answer takes as long as its stream would have taken.
    private var wholeNanoseconds: Int64 {
        delivery.firstNanoseconds + delivery.betweenNanoseconds * Int64(choices.map(\.tokens).max() ?? 0)
    }
}
