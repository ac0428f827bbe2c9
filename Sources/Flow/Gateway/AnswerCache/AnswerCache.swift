import Commerce
import Crypto
import Inference
package import NIOCore
import Synchronization
import Units

/// Answers to exactly what a key asked before, in memory: for keys that want it, each its own.
package final class AnswerCache: Sendable {
    package struct Rules: Hashable, Sendable {
        /// How long an answer is given again.
        package var keep: TimeAmount
        /// Bytes of answers, their bookkeeping included; what was not asked for longest goes first.
        package var bytesMax: Int
        /// What an answer costs when it is given again, in hundredths of the model's price.
        package var percent: Int

        package init(keep: TimeAmount = .hours(1), bytesMax: Int = 64 << 20, percent: Int = 10) {
            self.keep = keep
            self.bytesMax = bytesMax
            self.percent = percent
        }
    }

    /// What was asked, and by whom.
    struct Name: Hashable, Sendable {
        private let key: KeyID
        private let digest: [UInt8]

        /// Every member that goes upstream counts, in its order: whatever differs is another question.
        init(_ prompt: ChatPrompt, of model: String, by key: KeyID) {
            self.key = key
            var hash = SHA256()
            let head = "\(model)\n\(prompt.stream)\n\(prompt.choices)\n\(prompt.outputCap ?? -1)\n"
            hash.update(data: Array(head.utf8))
            for member in prompt.members {
                // Lengths keep one member's end from being another's begin.
                hash.update(data: Array("\(member.name)\n\(member.value.readableBytes)\n".utf8))
                member.value.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
            }
            digest = Array(hash.finalize())
        }
    }

    private struct State {
        /// Two halves: what is asked for in the older one moves to the younger, and when that is full the older goes.
        var young: [Name: CachedAnswer] = [:]
        var old: [Name: CachedAnswer] = [:]
        var youngBytes = 0

        mutating func put(_ answer: CachedAnswer, as name: Name, bytesMax: Int) {
            if let before = young[name] { youngBytes -= before.bytes }
            if youngBytes + answer.bytes > bytesMax / 2 {
                old = young
                young = [:]
                youngBytes = 0
            }
            old[name] = nil
            young[name] = answer
            youngBytes += answer.bytes
        }
    }

    private let rules: Rules
    private let state = Mutex(State())

    package init(_ rules: Rules) { self.rules = rules }

    func find(_ name: Name, at now: NIODeadline) -> CachedAnswer? {
        state.withLock { state in
            guard let answer = state.young[name] ?? state.old[name], now < answer.until else { return nil }
            if state.young[name] == nil { state.put(answer, as: name, bytesMax: rules.bytesMax) }
            return answer
        }
    }

    func keep(_ copy: AnswerCopy, usage: Usage, reachedCap: Bool, as name: Name, at now: NIODeadline) {
        guard let chunks = copy.chunks else { return }
        let answer = CachedAnswer(chunks: chunks, usage: usage, reachedCap: reachedCap, until: now + rules.keep)
        guard answer.bytes <= rules.bytesMax / 4 else { return }
        state.withLock { $0.put(answer, as: name, bytesMax: rules.bytesMax) }
    }
}

/// The chunks of an answer under way, copied: what they lie in is read into again.
///
/// `@unchecked Sendable`: touched on the chat's loop only.
final class AnswerCopy: @unchecked Sendable {
    /// Longer answers are not kept: few of them would fill the cache.
    private static let bytesMax = 1 << 20

    /// nil: it has become too long, or is not whole.
    private(set) var chunks: [ChatChunk]? = []
    private var bytes = 0

    /// Something is missing from it.
    func spoil() { chunks = nil }

    func add(_ chunk: ChatChunk) {
        bytes += chunk.choices.readableBytes
        guard bytes <= AnswerCopy.bytesMax else {
            chunks = nil
            return
        }
        chunks?.append(
            ChatChunk(
                choices: ByteBuffer(bytes: chunk.choices.readableBytesView), outputBytes: chunk.outputBytes,
                finishes: chunk.finishes))
    }
}
