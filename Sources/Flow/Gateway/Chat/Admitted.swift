package import Commerce
package import Inference
import Logging
import NIOCore
import Units

/// A request whose money is held. It must be opened: only then does its hold end.
package final class Admitted: Sendable {
    let chat: Chat
    let prompt: ChatPrompt
    package let model: ChatModel
    let quote: Quote
    package let funds: HeldFunds
    let routes: [Route]
    let line: CallerLine

    init(
        chat: Chat, prompt: ChatPrompt, model: ChatModel, quote: Quote, funds: HeldFunds, routes: [Route], line: CallerLine
    ) {
        self.chat = chat
        self.prompt = prompt
        self.model = model
        self.quote = quote
        self.funds = funds
        self.routes = routes
        self.line = line
    }

    /// The second door: asks the engines in turn until one accepts, all under the same hold.
    /// - Throws: the last engine's failure; nothing was delivered and the hold is released by then.
    package nonisolated(nonsending) func open() async throws(EngineFailure) -> OpenAnswer {
        var failure = EngineFailure(.unreachable, detail: "no engine was asked")
        for (index, route) in routes.enumerated() {
            if index > 0, case .stale = await chat.ledger.perform(.dispatch(funds.hold, engine: route.engine.name)) { break }
            Failpoint.reach(.engineAsking)
            let relay = relay(to: route.engine)
            guard let end = await relay.open(order(for: route), with: route.engine) else {
                Failpoint.reach(.engineAccepted)
                // An answer that has come whole is settled at once: nobody needs to know that it had begun.
                if !relay.hasEnded { chat.ledger.note(.accept(funds.hold)) }
                return OpenAnswer(admitted: self, relay: relay, engine: route.engine.name)
            }
            guard case .failed(let reason) = end else {
                failure = EngineFailure(.broken, detail: "the caller left")
                break
            }
            failure = reason
            log(reason, of: route)
            guard reason.mayBeRetriedElsewhere else { break }
        }
        _ = await chat.ledger.perform(.release(funds.hold, reason: releaseReason(failure)))
        throw failure
    }

    // Out of line, like what else is rare: an async function's frame is taken from the heap, with room for all that it holds.
    @inline(never)
    private func log(_ failure: EngineFailure, of route: Route) {
        chat.logger.warning(
            "engine.failed",
            metadata: [
                "request": "\(line.request)", "engine": "\(route.engine.name)", "model": "\(route.model)",
                "kind": "\(failure.kind)", "detail": "\(failure.detail)",
            ])
    }

    private func order(for route: Route) -> ChatOrder {
        ChatOrder(prompt: prompt, model: route.model, outputCap: funds.outputCap, request: line.request)
    }

    @inline(never)
    private func relay(to engine: any ChatEngine) -> AnswerRelay {
        AnswerRelay(line: line, rules: rules(for: engine), drains: chat.drains)
    }

    private func rules(for engine: any ChatEngine) -> AnswerRelay.Rules {
        AnswerRelay.Rules(
            disconnect: engine.traits.disconnect, outputTokensMax: terms.outputTokensMax, isCapLowered: terms.isCapLowered,
            whole: prompt.stream ? nil : terms, meter: quote.tranche == nil ? nil : FundsMeter(quote, funds),
            ledger: chat.ledger, hold: funds.hold)
    }

    var terms: Bill.Terms {
        Bill.Terms(
            inputFairTokens: quote.inputFairTokens, inputBoundTokens: quote.inputBoundTokens,
            contextTokens: model.contextTokens,
            outputTokensMax: funds.outputCap * quote.choices + quote.extraOutputTokens,
            isCapLowered: funds.outputCap < quote.outputCap)
    }

    private func releaseReason(_ failure: EngineFailure) -> String {
        line.isGone ? "the caller left before an answer had begun" : "no engine answered"
    }
}
