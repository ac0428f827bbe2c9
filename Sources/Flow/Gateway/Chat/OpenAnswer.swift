package import Commerce
package import Inference
import Logging
import NIOCore
package import Units

/// An answer that an engine has begun. It must be forwarded: a receipt is written then, whatever happens.
///
/// `@unchecked Sendable`: every `var` is touched on the chat's loop only.
package final class OpenAnswer: @unchecked Sendable {
    private let admitted: Admitted
    private let relay: AnswerRelay
    private let route: Route
    private var forwarded: ((ForwardedAnswer) -> Void)?
    private var usage = Usage.none

    init(admitted: Admitted, relay: AnswerRelay, route: Route) {
        self.admitted = admitted
        self.relay = relay
        self.route = route
    }

    /// The third door: passes the answer on to its end and settles it. To be called once, on the loop, where `then` hears: by then the
    /// settlement is durable, so the caller may be told that all is done.
    package func forward(to sink: any AnswerSink, then: @escaping (ForwardedAnswer) -> Void) {
        forwarded = then
        relay.forward(to: sink) { [self] in settle() }
    }

    private func settle() {
        Failpoint.reach(.answerEnded)
        let bill = Bill.of(ended, delivered: relay.delivered, wasOpened: true, terms: admitted.terms)
        usage = bill.usage ?? .none
        admitted.noteCost { $0.answered(reported: reported, billed: used(bill), isWhole: isWhole) }
        admitted.line.tray.ask(bill.command(for: admitted.funds.hold)) { [self] in settled($0) }
    }

    private func settled(_ outcome: LedgerOutcome) {
        guard case .closed(let receipt) = outcome else { preconditionFailure("an open answer's hold is open") }
        admitted.giveTicketBack(RateUse(tokens: usage.totalTokens, spend: receipt.charge))
        let end = ended
        record(end, receipt)
        noteDrift(end, receipt)
        if admitted.name != nil { keepCopy(end) }
        doubtEngine(end)
        let then = forwarded
        forwarded = nil
        then?(
            ForwardedAnswer(end: ForwardedAnswer.End(end), usage: usage, receipt: receipt, fundsEnded: hasSpentAll(end)))
    }

    /// Kept is what came to its end by itself and was measured: what was cut for want of money another time may go on.
    @inline(never)
    private func keepCopy(_ end: AnswerEnd) {
        guard let copy = relay.copy, let name = admitted.name, case .completed(let end) = end, end.usage == usage,
            !admitted.terms.isEnd(end)
        else { return }
        admitted.chat.cache?.keep(
            copy, usage: usage, reachedCap: end.reachedCap, as: name, at: admitted.line.loop.now)
    }

    /// It was answered before, and is given again.
    package var isCached: Bool { admitted.isCached }

    /// Watches that charges follow the engine's reports.
    private func noteDrift(_ end: AnswerEnd, _ receipt: Receipt) {
        guard let drift = route.drift, case .completed(let end) = end else { return }
        let cost: Money?
        if let reported = end.usage, reported == usage {
            cost = receipt.charge.adding(receipt.writeoff)
        } else {
            cost = end.usage.flatMap { $0.isPlausible ? admitted.quote.price.price.charge(for: $0) : nil }
        }
        if let day = drift.note(charged: receipt.charge, reported: cost, at: SystemClock().now()) { alarm(day) }
    }

    @inline(never)
    private func alarm(_ day: UsageDrift.Day) {
        admitted.chat.logger.error(
            "usage.drift",
            metadata: [
                "engine": "\(route.engine.name)", "model": "\(route.model)", "requests": "\(day.requests)",
                "unreported": "\(day.unreported)", "charged": "\(day.charged)", "reported": "\(day.reported)",
            ])
    }

    private var ended: AnswerEnd {
        guard let end = relay.end else { preconditionFailure("an answer is settled when it has ended") }
        return end
    }

    /// The engine's own count, if it came to its end and made one.
    private var reported: Usage? { if case .completed(let end) = ended { end.usage } else { nil } }

    private var isWhole: Bool {
        switch ended {
        case .completed, .cutShort, .fundsEnded: true
        case .failed, .callerLeft, .serverStopped: false
        }
    }

    /// What the operator pays for where the engine says nothing: its prompt, even where the customer pays nothing.
    private func used(_ bill: Bill) -> Usage {
        bill.usage ?? Usage(promptTokens: admitted.quote.inputFairTokens, completionTokens: 0)
    }

    /// What is left of the caller's limits; nil when there are none.
    package var standing: RateStanding? { admitted.standing }

    /// nil until the engine accepted, which it has.
    package var fingerprint: String? { relay.opening?.fingerprint }

    private func hasSpentAll(_ end: AnswerEnd) -> Bool {
        switch end {
        case .fundsEnded: true
        case .completed(let end): admitted.terms.isEnd(end)
        case .cutShort, .failed, .callerLeft, .serverStopped: false
        }
    }

    /// An engine that bills much more than it shows cannot be metered.
    @inline(never)
    private func doubtEngine(_ end: AnswerEnd) {
        guard admitted.quote.tranche != nil, case .completed(let end) = end, let usage = end.usage, usage.isPlausible,
            usage.completionTokens > 2 * relay.delivered.carefulTokens + ChatLimits.unseenTokensMax
                + admitted.quote.extraOutputTokens, admitted.chat.doubts.doubt(route.engine.name, now: admitted.line.loop.now)
        else { return }
        admitted.chat.logger.warning(
            "engine.hides_output",
            metadata: [
                "request": "\(admitted.line.request)", "engine": "\(route.engine.name)", "reported": "\(usage.completionTokens)",
                "seen": "\(relay.delivered.carefulTokens)",
                "hint": "set hidden_output: true for this engine if it thinks unseen",
            ])
    }

    @inline(never)
    private func record(_ end: AnswerEnd, _ receipt: Receipt) {
        let logger = admitted.chat.logger
        if case .failed(let failure) = end {
            route.history.failed(failure, at: admitted.line.loop.now)
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
                "request": "\(admitted.line.request)", "model": "\(admitted.offer.model.id)", "charge": "\(receipt.charge)",
                "source": "\(receipt.source?.rawValue ?? "released")",
            ])
    }
}

/// An answer that is over and settled.
package struct ForwardedAnswer: Sendable {
    package enum End: Sendable {
        case completed
        /// The engine was stopped, at the output cap it ignored or where the money ended: the caller must be told
        /// `finish_reason: length`.
        case cutShort
        case failed(EngineFailure)
        case callerLeft
        /// The server goes down and waited long enough.
        case serverStopped

        init(_ end: AnswerEnd) {
            self =
                switch end {
                case .completed: .completed
                case .cutShort, .fundsEnded: .cutShort
                case .failed(let failure): .failed(failure)
                case .callerLeft: .callerLeft
                case .serverStopped: .serverStopped
                }
        }
    }

    package let end: End
    /// Nothing is missing that the caller was to hear.
    package var isWhole: Bool {
        switch end {
        case .completed, .cutShort: true
        case .failed, .callerLeft, .serverStopped: false
        }
    }
    /// What was billed, and what the usage chunk says.
    package let usage: Usage
    package let receipt: Receipt
    /// The answer ended where the balance or the key's limit did.
    package let fundsEnded: Bool
}
