package import Commerce
package import Inference
import Logging
import NIOCore
import Units

/// A request whose money is held. It must be opened: only then does its hold end.
package struct Admitted: Sendable {
    let chat: Chat
    let prompt: ChatPrompt
    package let model: ChatModel
    let quote: Quote
    package let funds: HeldFunds
    let routes: [Route]
    let line: CallerLine

    /// The second door: asks the engines in turn until one accepts, all under the same hold.
    /// - Throws: the last engine's failure; nothing was delivered and the hold is released by then.
    package func open() async throws(EngineFailure) -> OpenAnswer {
        var failure = EngineFailure(.unreachable, detail: "no engine was asked")
        for (index, route) in routes.enumerated() {
            if index > 0, case .stale = await chat.ledger.perform(.dispatch(funds.hold, engine: route.engine.name)) { break }
            Failpoint.reach(.engineAsking)
            let relay = AnswerRelay(line: line, rules: rules(for: route.engine), drains: chat.drains)
            guard let end = await relay.open(order(for: route), with: route.engine) else {
                Failpoint.reach(.engineAccepted)
                chat.ledger.note(.accept(funds.hold))
                return OpenAnswer(admitted: self, relay: relay, engine: route.engine.name)
            }
            guard case .failed(let reason) = end else {
                failure = EngineFailure(.broken, detail: "the caller left")
                break
            }
            failure = reason
            chat.logger.warning(
                "engine.failed",
                metadata: [
                    "request": "\(line.request)", "engine": "\(route.engine.name)", "model": "\(route.model)",
                    "kind": "\(reason.kind)", "detail": "\(reason.detail)",
                ])
            guard reason.mayBeRetriedElsewhere else { break }
        }
        _ = await chat.ledger.perform(.release(funds.hold, reason: releaseReason(failure)))
        throw failure
    }

    private func order(for route: Route) -> ChatOrder {
        ChatOrder(prompt: prompt, model: route.model, outputCap: funds.outputCap, request: line.request)
    }

    private func rules(for engine: any ChatEngine) -> AnswerRelay.Rules {
        let (ledger, hold, loop) = (chat.ledger, funds.hold, line.loop)
        return AnswerRelay.Rules(
            disconnect: engine.traits.disconnect, outputTokensMax: terms.outputTokensMax, isCapLowered: terms.isCapLowered,
            whole: prompt.stream ? nil : terms,
            meter: quote.tranche == nil ? nil : FundsMeter(quote, funds),
            checkpoint: { ledger.note(.progress(hold, outputTokens: $0)) },
            extend: { tokens, then in
                ledger.submit(.extend(hold, outputTokens: tokens)) { outcome in
                    loop.execute { if case .extended(let amount) = outcome { then(amount) } else { then(nil) } }
                }
            })
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
