package import Commerce
package import Inference
package import Logging
package import NIOCore
import Units

/// Chat, in three doors, each with one kind of refusal: ``admit(_:for:on:then:)``, ``Admitted/open(then:)``,
/// ``OpenAnswer/forward(to:then:)``.
///
/// The wrong order cannot be written: only the first makes an ``Admitted``, only the second an ``OpenAnswer``.
package final class Chat: Sendable {
    package let catalog: ModelCatalog
    package let prices: PriceList
    package let routes: RouteTable
    private let offers: [String: ModelOffer]
    let ledger: any LedgerDesk
    let limits: LimitDesk
    /// nil: nothing is answered twice.
    let cache: AnswerCache?
    let logger: Logger
    let drains = DrainSlots(ChatLimits.drainsMax)
    let doubts = MeteringDoubts()

    package init(
        catalog: ModelCatalog, prices: PriceList, routes: RouteTable, ledger: any LedgerDesk,
        limits: LimitDesk = .none, cache: AnswerCache? = nil, logger: Logger
    ) {
        self.cache = cache
        self.catalog = catalog
        self.prices = prices
        self.routes = routes
        offers = ModelOffer.all(of: catalog, prices, routes)
        self.ledger = ledger
        self.limits = limits
        self.logger = logger
    }

    /// For the chats of one loop: where they ask the ledger.
    package func tray(on loop: any EventLoop) -> LedgerTray { LedgerTray(loop, ledger: ledger) }

    /// The first door: may this caller ask this, and can it be paid? To be called on `line.loop`, where `then` hears, perhaps at once:
    /// money is held and the intent to ask is durable, or the request is refused and nothing is held.
    /// - Parameter name: what the caller named the request; kept with the hold.
    package func admit(
        _ prompt: ChatPrompt, for caller: Caller, on line: CallerLine, as name: IdempotencyClaim? = nil,
        then: @escaping @Sendable (Result<Admitted, Refusal>) -> Void
    ) {
        do throws(Refusal) {
            let (admitted, request) = try quoted(prompt, for: caller, on: line)
            admitted.hold(name.map { .holdNamed(request, $0.submission) } ?? .hold(request), then: then)
        } catch { then(.failure(error)) }
    }

    /// What is to be held for a prompt, and of whom.
    private func quoted(
        _ prompt: ChatPrompt, for caller: Caller, on line: CallerLine
    ) throws(Refusal) -> (Admitted, HoldRequest) {
        guard let offer = offers[prompt.model] else { throw .modelUnknown(model: prompt.model) }
        guard caller.key.allows(model: offer.model.id) else { throw .modelNotAllowed(model: offer.model.id) }
        let terms = offer.terms(for: caller.key.book)
        let name = caller.key.caches && cache != nil ? AnswerCache.Name(prompt, of: offer.id, by: caller.key.id) : nil
        if let name, let answer = cache?.find(name, at: line.loop.now), let price = offer.cachedPrice(for: caller.key.book),
            terms.price != nil
        {
            return try quoted(answer, at: price, to: prompt, for: caller, by: offer, on: line)
        }
        let routes = RouteTable.roomFirst(routes.inOrder(terms.routes, for: prompt, at: line.loop.now))
        guard let first = routes.first else { throw .engineUnavailable(model: offer.model.id) }
        guard let price = terms.price else { throw .modelNotPriced(model: offer.model.id) }

        let quote = quote(for: prompt, by: offer, routes, price, now: line.loop.now)
        let request = HoldRequest(request: line.request, key: caller.key.id, quote: quote, engine: first.engine.name)
        let ticket = try ticket(for: quote, of: caller, model: offer.id, now: line.loop.now)
        return (
            Admitted(
                chat: self, prompt: prompt, offer: offer, quote: quote, routes: routes, account: caller.key.account, line: line,
                ticket: ticket, name: name), request
        )
    }

    /// The same for an answer that is given again: what it used is known.
    private func quoted(
        _ answer: CachedAnswer, at price: PriceVersion, to prompt: ChatPrompt, for caller: Caller, by offer: ModelOffer,
        on line: CallerLine
    ) throws(Refusal) -> (Admitted, HoldRequest) {
        let usage = answer.usage
        let quote = Quote(
            price: price, inputBoundTokens: usage.promptTokens, inputFairTokens: usage.promptTokens, choices: 1,
            outputCap: max(1, usage.completionTokens))
        let engine = CachedAnswerEngine(answer: answer)
        let request = HoldRequest(request: line.request, key: caller.key.id, quote: quote, engine: engine.name)
        let ticket = try ticket(for: quote, of: caller, model: offer.id, now: line.loop.now)
        let admitted = Admitted(
            chat: self, prompt: prompt, offer: offer, quote: quote,
            routes: [Route(engine: engine, model: offer.id, cost: .free, isWatched: false)], account: caller.key.account,
            line: line,
            ticket: ticket, isCached: true)
        return (admitted, request)
    }

    /// Counted with all it may use: what was not needed is given back at its end.
    private func ticket(
        for quote: Quote, of caller: Caller, model: String, now: NIODeadline
    ) throws(Refusal) -> LimitDesk.Ticket? {
        guard limits.counts(caller.key) else { return nil }
        let (output, overflow) = quote.outputCap.multipliedReportingOverflow(by: quote.choices)
        let tokens = overflow ? Int.max / 2 : quote.inputFairTokens + output + quote.extraOutputTokens
        let use = RateUse(tokens: tokens, spend: quote.bound ?? .zero)
        do throws(RateRefusal) {
            return try limits.take(caller.key, model: model, use, at: now)
        } catch { throw .rateLimited(error) }
    }

    private func quote(
        for prompt: ChatPrompt, by offer: ModelOffer, _ routes: [Route], _ price: PriceVersion, now: NIODeadline
    ) -> Quote {
        let hiddenTokens = routes.reduce(0) { max($0, $1.engine.traits.hiddenTokens) }
        return Quote(
            price: price, inputBoundTokens: prompt.inputBoundTokens(model: offer.model, hiddenTokens: hiddenTokens),
            inputFairTokens: prompt.inputFairTokens(model: offer.model), choices: prompt.choices,
            outputCap: min(prompt.outputCap ?? offer.model.outputTokensMax, offer.model.outputTokensMax),
            extraOutputTokens: prompt.size.predictionBytes, tranche: tranche(prompt, routes, now: now),
            inputHiddenTokens: hiddenTokens)
    }

    /// Output is held in tranches where all that is billed is seen while it is made: in streams of engines that show it.
    private func tranche(_ prompt: ChatPrompt, _ routes: [Route], now: NIODeadline) -> Int? {
        guard prompt.stream, prompt["reasoning_effort"] == nil else { return nil }
        let isShown = routes.allSatisfy { !$0.engine.traits.hidesOutput && !doubts.isDoubted($0.engine.name, now: now) }
        return isShown ? Tranche.outputTokens : nil
    }
}
