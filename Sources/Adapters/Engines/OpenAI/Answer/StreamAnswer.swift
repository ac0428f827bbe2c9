import Inference
import NIOCore
import Units
import Wire

/// What the events of a stream amount to, decided without any I/O.
struct StreamAnswer {
    enum Step {
        /// Nothing for the caller in it.
        case nothing
        case chunk(ChatChunk)
        /// The whole answer in one event.
        case burst([ChatChunk])
        /// `[DONE]`: the answer has ended.
        case done
        case failed(EngineFailure)
    }

    private(set) var fingerprint: String?
    private let diagnosis: Diagnosis
    private let hidesOutput: Bool
    private var report: UsageReport?
    private var marks = ChoiceMarks()
    private var outputBytes = 0
    private var hasBegun = false
    private var shape: ChunkShape?

    /// - Parameter hidesOutput: the upstream bills output that it does not show.
    init(_ diagnosis: Diagnosis, hidesOutput: Bool) {
        self.diagnosis = diagnosis
        self.hidesOutput = hidesOutput
    }

    /// What there is to say when the answer has ended: the usage reported last, if it can be true.
    var end: ChatEnd {
        ChatEnd(
            usage: report.flatMap { $0.usage(delivering: outputBytes, hidesOutput: hidesOutput) }, reachedCap: marks.reachedCap)
    }

    /// What nearly every event is; nil when it must be read: see ``ChunkShape``.
    mutating func chunkLikeLast(_ event: ServerEvent) -> ChatChunk? {
        guard event.name == nil, let match = shape?.match(event.data) else { return nil }
        outputBytes += match.outputBytes
        return ChatChunk(choices: event.data.slice(match.choices), outputBytes: match.outputBytes, finishes: match.finishes)
    }

    /// An event that ``chunkLikeLast(_:)`` knows nothing of.
    mutating func on(_ event: ServerEvent) -> Step {
        if event.isDone {
            return hasBegun ? .done : .failed(EngineFailure(.malformed, detail: "the stream ended without any choices"))
        }
        // Pings carry no data worth reading, or none at all.
        if event.data.isBlank { return .nothing }
        if event.name == "error" { return .failed(failure(UpstreamError(document: event.data) ?? UpstreamError())) }
        do {
            return try step(AnswerPiece(event.data, as: .chunk, readsFingerprint: !hasBegun), of: event)
        } catch {
            return .failed(EngineFailure(.malformed, detail: "an event is not a chunk: \(error.place)"))
        }
    }

    /// The last event when the stream ends without a blank line. It may have been cut short, and then it is no event.
    mutating func onLast(_ event: ServerEvent) -> Step {
        let step = on(event)
        if case .failed(let failure) = step, case .malformed = failure.kind { return .nothing }
        return step
    }

    /// The stream ended without `[DONE]`.
    /// - Returns: nil when every choice had ended by itself, so that nothing is missing.
    var failureAtEnd: EngineFailure? {
        marks.allFinished ? nil : EngineFailure(.broken, detail: "the stream ended before the answer did")
    }

    private mutating func step(_ piece: AnswerPiece, of event: ServerEvent) throws(JSONFault) -> Step {
        report = piece.usage ?? report
        if !hasBegun { fingerprint = piece.fingerprint ?? fingerprint }
        if let error = piece.error { return .failed(failure(error)) }
        guard let choices = piece.choices else { return .nothing }
        hasBegun = true
        marks.add(piece.marks)
        outputBytes += piece.outputBytes
        if piece.holdsMessages { return .burst(try Burst.chunks(of: choices, outputBytes: piece.outputBytes)) }
        if event.name == nil { shape = ChunkShape(of: event.data, piece) }
        return .chunk(ChatChunk(choices: choices, outputBytes: piece.outputBytes, finishes: piece.marks.anyFinished))
    }

    private func failure(_ error: UpstreamError) -> EngineFailure {
        hasBegun ? diagnosis.failureInAnswer(error) : diagnosis.failureBeforeAnswer(error)
    }
}

/// An answer that came as one document.
struct WholeAnswer {
    let opening: ChatOpening
    /// The whole of it; nil when the caller wants chunks.
    let single: ChatChunk?
    /// The same in chunks; none when the caller wants it whole.
    let chunks: [ChatChunk]
    let end: ChatEnd

    /// - Parameters:
    ///   - stream: the caller wants chunks.
    ///   - hidesOutput: the upstream bills output that it does not show.
    /// - Throws: what the document says is wrong, or what is wrong with it.
    init(_ document: ByteBuffer, stream: Bool, _ diagnosis: Diagnosis, hidesOutput: Bool) throws(EngineFailure) {
        do {
            let piece = try AnswerPiece(document, as: .whole)
            if let error = piece.error { throw diagnosis.failureBeforeAnswer(error) }
            guard let choices = piece.choices else { throw EngineFailure(.malformed, detail: "the answer holds no choices") }
            opening = ChatOpening(fingerprint: piece.fingerprint)
            end = ChatEnd(
                usage: piece.usage.flatMap { $0.usage(delivering: piece.outputBytes, hidesOutput: hidesOutput) },
                reachedCap: piece.marks.reachedCap)
            single =
                stream ? nil : ChatChunk(choices: choices, outputBytes: piece.outputBytes, finishes: piece.marks.anyFinished)
            chunks = stream ? try Burst.chunks(of: choices, outputBytes: piece.outputBytes) : []
        } catch let fault as JSONFault {
            // An error in a shape of its own is still an error.
            if let error = UpstreamError(document: document), error.message != nil {
                throw diagnosis.failureBeforeAnswer(error)
            }
            throw EngineFailure(.malformed, detail: "the answer is not a chat completion: \(fault.place)")
        } catch let failure as EngineFailure {
            throw failure
        } catch {
            throw EngineFailure(.malformed, detail: "the answer cannot be read")
        }
    }
}

extension JSONFault {
    /// What and where, without the document's own words.
    var place: String {
        if case .duplicateKey = kind { return "duplicate key at byte \(offset)" }
        return description
    }
}

extension ByteBuffer {
    var isBlank: Bool { withUnsafeReadableBytes { $0.allSatisfy { $0 == 0x20 || 0x09...0x0D ~= $0 } } }
}
