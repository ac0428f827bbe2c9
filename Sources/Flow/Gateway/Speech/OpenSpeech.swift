import Commerce
package import Inference
import Logging
package import NIOCore
package import Units

/// A speech whose first audio is there. It must be delivered: only then does its hold end.
package struct OpenSpeech: Sendable {
    let admitted: AdmittedSpeech
    let audio: EncodedSpeech
    let engine: String
    /// nil: nobody said what the engine costs.
    let asked: AskedEngine?

    package var hold: HoldID { admitted.hold }
    package var cost: Money { admitted.cost }
    package var characters: Int { admitted.prompt.characters }

    /// Why a speech came to no good end.
    package enum Interruption: Error, Sendable {
        /// The engine broke off, and nothing is charged: a file that ends in mid-sentence is of no use.
        case engine(EngineFailure)
        /// The caller left. It pays if anything was handed over: else nobody need pay who hangs up before the end.
        case callerLeft
    }

    /// The third door: hands the file over, piece by piece. The last piece waits until the charge is durable. To be called once.
    /// - Parameter write: returns when there is room for more; throws when the caller has left.
    package func deliver(_ write: (ByteBuffer) async throws -> Void) async throws(Interruption) {
        var hasBegun = false
        var last: ByteBuffer?
        while true {
            let piece: ByteBuffer?
            do throws(EngineFailure) { piece = try await next() } catch {
                if Task.isCancelled { throw await leave(hasBegun: hasBegun) }
                admitted.log(error, engine: engine)
                noteCost(isWhole: false)
                await admitted.close(.release(admitted.hold, reason: "the engine broke off; nothing is charged"))
                throw .engine(error)
            }
            if Task.isCancelled { throw await leave(hasBegun: hasBegun) }
            guard let piece else { break }
            if let waiting = last {
                if !hasBegun {
                    hasBegun = true
                    // A server that dies from here on has delivered something.
                    admitted.speech.ledger.note(.accept(admitted.hold))
                    Failpoint.reach(.answerDelivering)
                }
                do { try await write(waiting) } catch { throw await leave(hasBegun: true) }
            }
            last = piece
        }
        noteCost(isWhole: true)
        await admitted.close(settlement(note: ""))
        do { if let last { try await write(last) } } catch { throw .callerLeft }
    }

    /// Off the loop of whoever asks: to encode is work.
    private func next() async throws(EngineFailure) -> ByteBuffer? {
        let result = await withTaskExecutorPreference(globalConcurrentExecutor) {
            do throws(EngineFailure) { return Result<ByteBuffer?, EngineFailure>.success(try await audio.next()) } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private func leave(hasBegun: Bool) async -> Interruption {
        audio.stop()
        noteCost(isWhole: false)
        await admitted.close(
            hasBegun
                ? settlement(note: "the caller left; what is spoken is billed whole")
                : .release(admitted.hold, reason: "the caller left before anything was delivered"))
        return .callerLeft
    }

    /// Whoever sends a text away to be spoken pays for it whole.
    private func noteCost(isWhole: Bool) {
        guard let asked else { return }
        admitted.speech.ledger.note(asked.answered(reported: nil, billed: spoken, isWhole: isWhole))
    }

    private var spoken: Usage { Usage(promptTokens: characters, completionTokens: 0) }

    private func settlement(note: String) -> LedgerCommand {
        .settle(admitted.hold, usage: spoken, source: .measured, note: note)
    }
}
