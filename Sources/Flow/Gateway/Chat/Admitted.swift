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
    /// What is left to ask, the first of them now.
    private var routes: ArraySlice<Route>
    /// Whether how a route fares is worth remembering: of one alone it is not, it is asked anyway.
    private let hasChoice: Bool
    /// Whose turn it is where requests wait.
    private let account: AccountID
    let line: CallerLine
    /// Under which the answer is kept, to be given again; nil: it is not.
    let name: AnswerCache.Name?
    /// It was answered before.
    let isCached: Bool
    private var ticket: LimitDesk.Ticket?
    /// What is left of the caller's limits; nil when there are none.
    package let standing: RateStanding?
    private var held: HeldFunds?
    private var admitted: (@Sendable (Result<Admitted, Refusal>) -> Void)?
    private var attempts = 0
    private var begun = NIODeadline.distantFuture
    private var asked = NIODeadline.distantFuture
    private var deadline: Scheduled<Void>?
    private var relay: AnswerRelay?
    private var waiting: EngineQueue.Waiting?
    /// Which attempt the first route's is.
    private var number = 0
    private var hedging: Scheduled<Void>?
    /// Asked beside the first, which takes its time.
    private var second: Second?
    private var opened: ((Result<OpenAnswer, EngineFailure>) -> Void)?

    /// One more engine that is asked at the same time.
    private struct Second {
        let route: Route
        let number: Int
        let asked: NIODeadline
        let relay: AnswerRelay
    }

    init(
        chat: Chat, prompt: ChatPrompt, offer: ModelOffer, quote: Quote, routes: [Route], account: AccountID, line: CallerLine,
        ticket: LimitDesk.Ticket?, name: AnswerCache.Name? = nil, isCached: Bool = false
    ) {
        self.name = name
        self.isCached = isCached
        self.ticket = ticket
        standing = ticket?.standing
        self.chat = chat
        self.prompt = prompt
        self.offer = offer
        self.quote = quote
        self.routes = routes[...]
        hasChoice = routes.count > 1
        self.account = account
        self.line = line
    }

    package var funds: HeldFunds {
        guard let held else { preconditionFailure("nobody is given a request before its money is held") }
        return held
    }

    /// Asks for the money; `then` hears on the loop, once it is held or refused.
    func hold(_ command: LedgerCommand, then: @escaping @Sendable (Result<Admitted, Refusal>) -> Void) {
        admitted = then
        line.tray.ask(command) { [self] in admit($0) }
    }

    private func admit(_ outcome: LedgerOutcome) {
        let then = admitted
        admitted = nil
        switch outcome {
        case .held(let funds):
            held = funds
            then?(.success(self))
        case .refused(let refusal):
            giveTicketBack(.none)
            then?(.failure(refusal))
        default: preconditionFailure("a hold is granted or refused")
        }
    }

    /// The second door: asks the engines in turn until one accepts, all under the same hold. To be called once, on `line.loop`, where
    /// `then` hears, perhaps at once. With the last engine's failure nothing was delivered, and the hold is released by then.
    package func open(then: @escaping (Result<OpenAnswer, EngineFailure>) -> Void) {
        opened = then
        if hasChoice {
            begun = line.loop.now
            deadline = line.loop.scheduleTask(deadline: begun + chat.routes.rules.deadline) { [self] in giveUpWaiting() }
        }
        ask()
    }

    private var route: Route {
        guard let route = routes.first else { preconditionFailure("only requests with a route are admitted") }
        return route
    }

    private func ask() {
        guard let queue = route.queue, !line.isGone else { return ask(at: nil) }
        waiting = queue.enter(account, on: line.loop) { [self] result in
            waiting = nil
            line.listener = nil
            switch result {
            case .success(let place): ask(at: place)
            case .failure(let failure): goOn(after: failure)
            }
        }
        // Somebody who waits may leave.
        if waiting != nil { line.listener = self }
    }

    /// - Parameter place: given back when the answer has ended.
    private func ask(at place: EnginePlace?) {
        let route = route
        attempts += 1
        number = attempts
        if hasChoice { begin(at: line.loop.now) }
        Failpoint.reach(.engineAsking)
        let relay = relay(to: route.engine, at: place)
        self.relay = relay
        relay.open(order(for: route), with: route.engine) { [self] in heard() }
    }

    private func begin(at now: NIODeadline) {
        asked = now
        guard let patience = chat.routes.rules.hedge, second == nil else { return }
        hedging = line.loop.scheduleTask(in: patience) { [self] in hedge() }
    }

    /// The engine accepted, or is out of the question.
    private func heard() {
        guard let relay else { preconditionFailure("what is heard is heard of an engine that was asked") }
        self.relay = nil
        hedging?.cancel()
        hedging = nil
        if hasChoice { remember(relay, of: route, asked: asked) }
        guard relay.opening == nil else {
            if second != nil { dropSecond(for: relay) }
            return succeed(relay)
        }
        guard case .failed(let failure) = relay.end else {
            noteCost { $0.gaveNothing() }
            if second != nil { dropSecond(for: nil) }
            return release(EngineFailure(.broken, detail: line.isGone ? "the caller left" : "the server goes down"))
        }
        noteCost { $0.failed(failure.kind) }
        // The other one may still answer.
        if second != nil { log(failure, of: route) } else { goOn(after: failure) }
    }

    // MARK: Hedging

    /// The engine takes its time: another one is asked beside it, and whichever begins first is heard.
    @inline(never)
    private func hedge() {
        hedging = nil
        let first = number
        guard relay != nil, second == nil, attempts < chat.routes.rules.attemptsMax, !isLate, !line.isGone,
            let place = routes.indices.dropFirst().first(where: {
                routes[$0].server != route.server && routes[$0].queue?.isFull != true
            })
        else { return }
        let other = routes.remove(at: place)
        routes.insert(other, at: routes.startIndex + 1)
        line.tray.ask(.dispatch(funds.hold, engine: other.engine.name)) { [self] outcome in
            if case .stale = outcome { return }
            guard relay != nil, number == first, !line.isGone else {
                // It was heard meanwhile, and the ledger must not take it for one that was not.
                if opened == nil { chat.ledger.note(.accept(funds.hold)) }
                return
            }
            askSecond(other)
        }
    }

    private func askSecond(_ route: Route) {
        var place: EnginePlace?
        if let queue = route.queue {
            let waiting = queue.enter(account, on: line.loop) { if case .success(let free) = $0 { place = free } }
            if let waiting { queue.leave(waiting) }
            guard place != nil else { return }
        }
        attempts += 1
        let relay = relay(to: route.engine, at: place)
        second = Second(route: route, number: attempts, asked: line.loop.now, relay: relay)
        Failpoint.reach(.engineAsking)
        relay.open(order(for: route), with: route.engine) { [self] in heardSecond() }
        // Else it was heard from within.
        if let first = self.relay, second != nil { line.listener = BothRelays(first, relay) }
    }

    private func heardSecond() {
        guard let second else { return }
        self.second = nil
        remember(second.relay, of: second.route, asked: second.asked)
        routes.removeAll { $0.mark == second.route.mark && $0.server == second.route.server }
        if second.relay.opening != nil {
            if let relay {
                // Not answered yet is late, however late it is in the end.
                route.history.answered(asked: asked, isTimed: prompt.stream, at: line.loop.now)
                noteCost { $0.gaveNothing() }
                self.relay = nil
                relay.abandon()
            }
            listen(to: second.relay)
            routes.insert(second.route, at: routes.startIndex)
            number = second.number
            return succeed(second.relay)
        }
        guard case .failed(let failure) = second.relay.end else {
            noteCost(of: second.route, second.number) { $0.gaveNothing() }
            listen(to: relay)
            // Of a caller who left the first one hears next.
            if relay == nil {
                release(EngineFailure(.broken, detail: line.isGone ? "the caller left" : "the server goes down"))
            }
            return
        }
        listen(to: relay)
        noteCost(of: second.route, second.number) { $0.failed(failure.kind) }
        log(failure, of: second.route)
        if relay == nil { goOn(after: failure, alreadyLogged: true) }
    }

    /// - Parameter relay: the one that is heard instead; nil: none is.
    private func dropSecond(for relay: AnswerRelay?) {
        guard let second else { return }
        self.second = nil
        noteCost(of: second.route, second.number) { $0.gaveNothing() }
        second.relay.abandon()
        listen(to: relay)
    }

    /// Of the two one is left, or none.
    private func listen(to relay: AnswerRelay?) { line.listener = relay?.hasEnded == false ? relay : nil }

    // MARK: The next one

    /// The route is out of the question: the next one is asked, or the request has failed.
    private func goOn(after failure: EngineFailure, alreadyLogged: Bool = false) {
        if !alreadyLogged { log(failure, of: route) }
        let rest = RouteTable.roomFirst(RouteTable.rest(of: routes, after: failure))
        let rules = chat.routes.rules
        guard failure.mayBeRetriedElsewhere, !rest.isEmpty, attempts < rules.attemptsMax,
            !isLate
        else { return release(failure) }
        routes = rest[...]
        askNext(after: failure)
    }

    /// Nobody waits any longer.
    private var isLate: Bool { line.loop.now >= begun + chat.routes.rules.deadline }

    /// What the engine that was asked last cost: to be said before its hold is closed.
    func noteCost(_ attempt: (AskedEngine) -> LedgerCommand) { noteCost(of: route, number, attempt) }

    private func noteCost(of route: Route, _ number: Int, _ attempt: (AskedEngine) -> LedgerCommand) {
        guard let price = route.cost else { return }
        let asked = AskedEngine(
            hold: funds.hold, number: number, engine: route.engine.name, model: route.model, price: price)
        chat.ledger.note(attempt(asked))
    }

    private func remember(_ relay: AnswerRelay, of route: Route, asked: NIODeadline) {
        if case .failed(let failure) = relay.end, relay.opening == nil {
            if case .refusedPrompt = failure.kind {
                route.history.answered(asked: asked, isTimed: false, at: line.loop.now)
            } else {
                route.history.failed(failure, at: line.loop.now)
            }
        } else if relay.opening != nil {
            route.history.answered(asked: asked, isTimed: prompt.stream, at: line.loop.now)
        }
    }

    private func succeed(_ relay: AnswerRelay) {
        Failpoint.reach(.engineAccepted)
        // An answer that has come whole is settled at once: nobody needs to know that it had begun.
        if !relay.hasEnded { chat.ledger.note(.accept(funds.hold)) }
        end(.success(OpenAnswer(admitted: self, relay: relay, route: route)))
    }

    @inline(never)
    private func askNext(after failure: EngineFailure) {
        line.tray.ask(.dispatch(funds.hold, engine: route.engine.name)) { [self] outcome in
            // The deadline may have passed while no engine was asked.
            if case .stale = outcome { release(failure) } else if isLate { release(failure) } else { ask() }
        }
    }

    @inline(never)
    private func release(_ failure: EngineFailure) {
        line.tray.ask(.release(funds.hold, reason: releaseReason)) { [self] _ in
            giveTicketBack(.none)
            end(.failure(failure))
        }
    }

    /// What was asked is over and has used so much.
    func giveTicketBack(_ used: RateUse) {
        guard let ticket else { return }
        self.ticket = nil
        chat.limits.finish(ticket, used)
    }

    private func end(_ result: Result<OpenAnswer, EngineFailure>) {
        let then = opened
        opened = nil
        deadline?.cancel()
        deadline = nil
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

    private func relay(to engine: any ChatEngine, at place: EnginePlace?) -> AnswerRelay {
        AnswerRelay(
            line: line, place: place, rules: rules(for: engine), meter: quote.tranche == nil ? nil : FundsMeter(quote, funds),
            drains: chat.drains, copy: name.map { _ in AnswerCopy() })
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

/// While it waits for a place at an engine.
extension Admitted: CallerLineListener {
    func callerLeft() { stopWaiting(EngineFailure(.broken, detail: "the caller left")) }
    func serverStops() { stopWaiting(EngineFailure(.broken, detail: "the server goes down")) }
    func callerCanTakeMore(_ canTakeMore: Bool) {}

    private func stopWaiting(_ failure: EngineFailure) {
        guard let waiting else { return }
        self.waiting = nil
        line.listener = nil
        route.queue?.leave(waiting)
        release(failure)
    }

    /// The deadline of the whole request has come.
    private func giveUpWaiting() {
        if relay == nil {
            second?.relay.giveUpWaiting()
        } else if second != nil {
            dropSecond(for: relay)
        }
        relay?.giveUpWaiting()
        stopWaiting(EngineFailure(.timedOut, detail: "no place within the deadline of the whole request"))
    }
}
