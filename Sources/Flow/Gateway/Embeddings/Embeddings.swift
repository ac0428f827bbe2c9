package import Commerce
package import Inference
package import Logging
package import NIOCore
package import Units

/// One way to have texts turned into vectors.
package struct EmbeddingRoute: WatchedRoute {
    let engine: any EmbeddingEngine
    /// The model's name as that engine knows it.
    let model: String
    /// What the engine costs its operator; nil: nobody said.
    let cost: ModelPrice?
    let weight: Int
    let priority: Int
    let history = RouteHistory()
    let mark: UInt64 = 0

    package init(
        engine: any EmbeddingEngine, model: String, cost: ModelPrice? = nil, weight: Int = 1, priority: Int = 1
    ) {
        self.weight = weight
        self.priority = priority
        self.engine = engine
        self.model = model
        self.cost = cost
    }
}

/// Embeddings: held for by their bytes, asked of one engine after another under the same hold, charged by what the engine reports.
package final class Embeddings: Sendable {
    /// Why there are no vectors. Nothing was charged.
    package enum Refused: Error, Sendable {
        case caller(Refusal)
        case engine(EngineFailure)
    }

    package struct Answer: Sendable {
        package let vectors: [ByteBuffer]
        package let promptTokens: Int
        package let receipt: Receipt
    }

    package let models: [EmbeddingModel]
    package let prices: PriceList
    private let live: [String: [EmbeddingRoute]]
    private let sandbox: any EmbeddingEngine
    private let ledger: any LedgerDesk
    private let limits: LimitDesk
    private let logger: Logger
    private let known: Set<String>
    /// Engines that are asked in turn for one request.
    private static let attemptsMax = 3

    /// - Parameter live: by the model's id, in any order. Test keys always get the sandbox.
    package init(
        models: [EmbeddingModel], prices: PriceList, live: [String: [EmbeddingRoute]], sandbox: any EmbeddingEngine,
        ledger: any LedgerDesk, limits: LimitDesk = .none, logger: Logger
    ) {
        self.models = models
        self.prices = prices
        self.live = live
        self.sandbox = sandbox
        self.ledger = ledger
        self.limits = limits
        self.logger = logger
        known = Set(models.map(\.id))
    }

    package func isKnown(_ model: String) -> Bool { known.contains(model) }

    package func routes(to model: String, for book: Book) -> [EmbeddingRoute] {
        book == .live ? live[model] ?? [] : [EmbeddingRoute(engine: sandbox, model: model)]
    }

    /// Holds the money, asks, and settles: the charge is durable when it returns. A caller who leaves pays for vectors that come soon after.
    /// - Parameter name: what the caller named the request; kept with the hold.
    package func embed(
        _ prompt: EmbeddingPrompt, for caller: Caller, request: RequestID, as name: IdempotencyClaim? = nil
    ) async throws(Refused) -> Answer {
        let admitted: (hold: HoldID, routes: [EmbeddingRoute], ticket: LimitDesk.Ticket?)
        do throws(Refusal) { admitted = try await admit(prompt, for: caller, request, name) } catch { throw .caller(error) }
        var used = RateUse.none
        defer { limits.finish(admitted.ticket, used) }
        do throws(EngineFailure) {
            let embedded = try await ask(admitted.routes, prompt, request, under: admitted.hold)
            let usage = Embeddings.usage(of: prompt, reported: embedded.promptTokens)
            let settled = await ledger.perform(
                .settle(admitted.hold, usage: usage.tokens, source: usage.source, note: usage.note))
            guard case .closed(let receipt) = settled else { preconditionFailure("the hold of embeddings is theirs alone") }
            used = RateUse(tokens: usage.tokens.promptTokens, spend: receipt.charge)
            return Answer(vectors: embedded.vectors, promptTokens: used.tokens, receipt: receipt)
        } catch {
            _ = await ledger.perform(.release(admitted.hold, reason: "no engine answered"))
            throw .engine(error)
        }
    }

    private func admit(
        _ prompt: EmbeddingPrompt, for caller: Caller, _ request: RequestID, _ name: IdempotencyClaim?
    ) async throws(Refusal) -> (hold: HoldID, routes: [EmbeddingRoute], ticket: LimitDesk.Ticket?) {
        let model = prompt.model
        guard known.contains(model) else { throw .modelUnknown(model: model) }
        guard caller.key.allows(model: model) else { throw .modelNotAllowed(model: model) }
        let routes = Array(
            self.routes(to: model, for: caller.key.book).inOrder(at: .now()).prefix(Embeddings.attemptsMax))
        guard let first = routes.first else { throw .engineUnavailable(model: model) }
        guard let price = prices.version(for: model, in: caller.key.book) else { throw .modelNotPriced(model: model) }
        // No fair estimate here: vectors are cheap, so nobody is kept out by the bound, and a balance pays for all that may be charged.
        let bound = prompt.tokensBound
        let quote = Quote(price: price, inputBoundTokens: bound, inputFairTokens: bound, choices: 1, outputCap: 1)
        let ticket: LimitDesk.Ticket?
        do throws(RateRefusal) {
            ticket = try limits.take(
                caller.key, model: model, RateUse(tokens: prompt.tokensFair, spend: quote.bound ?? .zero), at: .now())
        } catch { throw .rateLimited(error) }
        let wish = HoldRequest(request: request, key: caller.key.id, quote: quote, engine: first.engine.name)
        switch await ledger.perform(name.map { .holdNamed(wish, $0.submission) } ?? .hold(wish)) {
        case .held(let funds): return (funds.hold, routes, ticket)
        case .refused(let refusal):
            limits.finish(ticket, .none)
            throw refusal
        default: preconditionFailure("a hold is granted or refused")
        }
    }

    private func ask(
        _ routes: [EmbeddingRoute], _ prompt: EmbeddingPrompt, _ request: RequestID, under hold: HoldID
    ) async throws(EngineFailure) -> Embedded {
        var failure = EngineFailure(.unreachable, detail: "nobody was asked")
        for (place, route) in routes.enumerated() {
            if place > 0, case .stale = await ledger.perform(.dispatch(hold, engine: route.engine.name)) { throw failure }
            let asked = route.cost.map {
                AskedEngine(hold: hold, number: place + 1, engine: route.engine.name, model: route.model, price: $0)
            }
            let began = NIODeadline.now()
            do throws(EngineFailure) {
                let embedded = try await route.engine.embed(EmbeddingOrder(prompt: prompt, model: route.model, request: request))
                route.remember(nil, asked: began)
                if let asked { ledger.note(asked.answered(by: embedded, to: prompt)) }
                return embedded
            } catch {
                if !Task.isCancelled { route.remember(error, asked: began) }
                if let asked { ledger.note(asked.failed(error.kind)) }
                logger.warning(
                    "engine.failed",
                    metadata: [
                        "request": "\(request)", "engine": "\(route.engine.name)", "model": "\(route.model)",
                        "kind": "\(error.kind)", "detail": "\(error.detail)",
                    ])
                failure = error
                guard error.mayBeRetriedElsewhere else { break }
            }
        }
        throw failure
    }

    /// A report beyond what the texts can be is not billed, nor is one that is missing.
    private static func usage(
        of prompt: EmbeddingPrompt, reported: Int?
    ) -> (tokens: Usage, source: UsageSource, note: String) {
        if let reported, (1...prompt.tokensBound).contains(reported) {
            return (Usage(promptTokens: reported, completionTokens: 0), .measured, "")
        }
        return (
            Usage(promptTokens: prompt.tokensFair, completionTokens: 0), .counted, "no usage that can be true was reported"
        )
    }
}

extension AskedEngine {
    fileprivate func answered(by embedded: Embedded, to prompt: EmbeddingPrompt) -> LedgerCommand {
        answered(
            reported: embedded.promptTokens.map { Usage(promptTokens: $0, completionTokens: 0) },
            billed: Usage(promptTokens: prompt.tokensFair, completionTokens: 0), isWhole: true)
    }
}
