package import Commerce
package import Inference
import Logging
import NIOCore
import Units

/// A request whose money is held. It must be opened: only then does its hold end.
///
/// `@unchecked Sendable`: every `var` is touched on `line.loop` only.
package final class Admitted: @unchecked Sendable {
    let chat: Chat
    let prompt: ChatPrompt
    package let offer: ModelOffer
    let quote: Quote
    let routes: [Route]
    let line: CallerLine
    private var held: HeldFunds?
    private var admitted: (@Sendable (Result<Admitted, Refusal>) -> Void)?
    /// The route that is being asked.
    private var place = 0
    private var relay: AnswerRelay?
    private var opened: ((Result<OpenAnswer, EngineFailure>) -> Void)?

    init(chat: Chat, prompt: ChatPrompt, offer: ModelOffer, quote: Quote, routes: [Route], line: CallerLine) {
        self.chat = chat
        self.prompt = prompt
        self.offer = offer
        self.quote = quote
        self.routes = routes
        self.line = line
    }

    package var funds: HeldFunds {
        guard let held else { preconditionFailure("nobody is given a request before its money is held") }
        return held
    }

    /// Asks for the money; `then` hears on the loop, once it is held or refused.
    func hold(_ request: HoldRequest, then: @escaping @Sendable (Result<Admitted, Refusal>) -> Void) {
        admitted = then
        line.tray.ask(.hold(request)) { [self] in admit($0) }
    }

    private func admit(_ outcome: LedgerOutcome) {
        let then = admitted
        admitted = nil
        switch outcome {
        case .held(let funds):
            held = funds
            then?(.success(self))
        case .refused(let refusal): then?(.failure(refusal))
        default: preconditionFailure("a hold is granted or refused")
        }
    }

    /// The second door: asks the engines in turn until one accepts, all under the same hold. To be called once, on `line.loop`, where
    /// `then` hears, perhaps at once. With the last engine's failure nothing was delivered, and the hold is released by then.
    package func open(then: @escaping (Result<OpenAnswer, EngineFailure>) -> Void) {
        opened = then
        ask()
    }

    private func ask() {
        let route = routes[place]
        Failpoint.reach(.engineAsking)
        let relay = relay(to: route.engine)
        self.relay = relay
        relay.open(order(for: route), with: route.engine) { [self] in heard() }
    }

    /// The engine accepted, or is out of the question.
    private func heard() {
        guard let relay else { preconditionFailure("what is heard is heard of an engine that was asked") }
        self.relay = nil
        guard relay.opening == nil else { return succeed(relay) }
        guard case .failed(let failure) = relay.end else {
            return release(EngineFailure(.broken, detail: line.isGone ? "the caller left" : "the server goes down"))
        }
        log(failure, of: routes[place])
        guard failure.mayBeRetriedElsewhere, place + 1 < routes.count else { return release(failure) }
        place += 1
        askNext(after: failure)
    }

    private func succeed(_ relay: AnswerRelay) {
        Failpoint.reach(.engineAccepted)
        // An answer that has come whole is settled at once: nobody needs to know that it had begun.
        if !relay.hasEnded { chat.ledger.note(.accept(funds.hold)) }
        end(.success(OpenAnswer(admitted: self, relay: relay, engine: routes[place].engine.name)))
    }

    @inline(never)
    private func askNext(after failure: EngineFailure) {
        line.tray.ask(.dispatch(funds.hold, engine: routes[place].engine.name)) { [self] outcome in
            if case .stale = outcome { release(failure) } else { ask() }
        }
    }

    @inline(never)
    private func release(_ failure: EngineFailure) {
        line.tray.ask(.release(funds.hold, reason: releaseReason)) { [self] _ in end(.failure(failure)) }
    }

    private func end(_ result: Result<OpenAnswer, EngineFailure>) {
        let then = opened
        opened = nil
        then?(result)
    }

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

    private func relay(to engine: any ChatEngine) -> AnswerRelay {
        AnswerRelay(
            line: line, rules: rules(for: engine), meter: quote.tranche == nil ? nil : FundsMeter(quote, funds),
            drains: chat.drains)
    }

    private func rules(for engine: any ChatEngine) -> AnswerRelay.Rules {
        AnswerRelay.Rules(
            disconnect: engine.traits.disconnect, outputTokensMax: terms.outputTokensMax, isCapLowered: terms.isCapLowered,
            whole: prompt.stream ? nil : terms, ledger: chat.ledger, hold: funds.hold)
    }

    var terms: Bill.Terms {
        Bill.Terms(
            inputFairTokens: quote.inputFairTokens, inputBoundTokens: quote.inputBoundTokens,
            contextTokens: offer.model.contextTokens,
            outputTokensMax: funds.outputCap * quote.choices + quote.extraOutputTokens,
            isCapLowered: funds.outputCap < quote.outputCap)
    }

    private var releaseReason: String {
        line.isGone ? "the caller left before an answer had begun" : "no engine answered"
    }
}
