import Commerce
import Inference
import Units

/// One asking of one engine, for the operator's cost book.
struct AskedEngine: Sendable {
    let hold: HoldID
    /// Which attempt at the request, from 1.
    let number: Int
    let engine: String
    let model: String
    let price: ModelPrice

    /// It brought something that is used.
    /// - Parameters:
    ///   - reported: the engine's own count; where it has none that can be true, `billed` is the estimate of what the operator pays.
    ///   - isWhole: the engine came to its end, or was stopped where it was to stop.
    func answered(reported: Usage?, billed: Usage, isWhole: Bool) -> LedgerCommand {
        let reported = reported.flatMap { $0.isPlausible ? $0 : nil }
        return attempt(isWhole ? .answered : .brokeOff, reported, cost: price.charge(for: reported ?? billed))
    }

    /// It would not, or could not be reached.
    func refused() -> LedgerCommand { attempt(.failed, nil, cost: .zero) }

    /// It brought nothing. What refuses does not bill; what was asked and fell silent may have.
    func failed(_ kind: EngineFailure.Kind) -> LedgerCommand {
        switch kind {
        case .unreachable, .overloaded, .crowded, .misconfigured, .refusedPrompt: refused()
        case .timedOut, .broken, .malformed: gaveNothing()
        }
    }

    /// It was asked, and nobody waited for what comes.
    func gaveNothing() -> LedgerCommand { attempt(.unknown, nil, cost: price.isFree ? .zero : nil) }

    private func attempt(_ outcome: ProviderAttempt.Outcome, _ reported: Usage?, cost: Money?) -> LedgerCommand {
        .noteAttempt(
            ProviderAttempt(
                hold: hold, number: number, engine: engine, model: model, outcome: outcome, reported: reported, cost: cost))
    }
}
