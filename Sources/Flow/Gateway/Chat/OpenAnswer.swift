package import Commerce
package import Inference
import Logging
package import Units

/// An answer that an engine has begun. It must be forwarded: a receipt is written then, whatever happens.
package struct OpenAnswer: Sendable {
    private let admitted: Admitted
    private let relay: AnswerRelay

    init(admitted: Admitted, relay: AnswerRelay) {
        self.admitted = admitted
        self.relay = relay
    }

    /// The third door: passes the answer on to its end and settles it. When it returns the settlement is durable, so the
    /// caller may be told that all is done.
    package func forward(to sink: any AnswerSink) async -> ForwardedAnswer {
        let end = await relay.forward(to: sink)
        Failpoint.reach(.answerEnded)
        let bill = Bill.of(end, delivered: relay.delivered, wasOpened: true, terms: admitted.terms)
        let outcome = await admitted.chat.ledger.perform(bill.command(for: admitted.funds.hold))
        guard case .closed(let receipt) = outcome else { preconditionFailure("an open answer's hold is open") }
        record(end, receipt)
        return ForwardedAnswer(end: ForwardedAnswer.End(end), usage: bill.usage ?? .none, receipt: receipt)
    }

    /// nil until the engine accepted, which it has.
    package var fingerprint: String? { relay.opening?.fingerprint }

    private func record(_ end: AnswerEnd, _ receipt: Receipt) {
        let logger = admitted.chat.logger
        if case .failed(let failure) = end {
            logger.warning(
                "chat.broken",
                metadata: [
                    "request": "\(admitted.line.request)", "kind": "\(failure.kind)", "detail": "\(failure.detail)",
                    "charge": "\(receipt.charge)",
                ])
        }
        if receipt.writeoff > .zero {
            logger.error(
                "chat.overrun", metadata: ["request": "\(admitted.line.request)", "writeoff": "\(receipt.writeoff)"])
        }
        logger.debug(
            "chat.settled",
            metadata: [
                "request": "\(admitted.line.request)", "model": "\(admitted.model.id)", "charge": "\(receipt.charge)",
                "source": "\(receipt.source?.rawValue ?? "released")",
            ])
    }
}

/// An answer that is over and settled.
package struct ForwardedAnswer: Sendable {
    package enum End: Sendable {
        case completed
        /// The engine was stopped at the output cap it ignored: the caller must be told `finish_reason: length`.
        case cutShort
        case failed(EngineFailure)
        case callerLeft

        init(_ end: AnswerEnd) {
            self =
                switch end {
                case .completed: .completed
                case .cutShort: .cutShort
                case .failed(let failure): .failed(failure)
                case .callerLeft: .callerLeft
                }
        }
    }

    package let end: End
    /// What was billed, and what the usage chunk says.
    package let usage: Usage
    package let receipt: Receipt
}
