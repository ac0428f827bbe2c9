package import Commerce
package import Inference
package import Logging
import NIOCore
package import Units

/// Speech, in three doors, each with one kind of refusal: ``admit(_:for:request:)``, ``AdmittedSpeech/open()``,
/// ``OpenSpeech/deliver(_:)``.
///
/// The wrong order cannot be written: only the first makes an ``AdmittedSpeech``, only the second an ``OpenSpeech``. What a speech costs is known
/// before anybody is asked, so its hold is its charge.
package final class Speech: Sendable {
    package let models: [SpeechModel]
    package let prices: PriceList
    package let routes: SpeechRoutes
    let ledger: any LedgerDesk
    let encoders: any SpeechEncoders
    let logger: Logger
    let rooms = SpeechRooms()
    let limits: LimitDesk
    private let known: Set<String>

    package init(
        models: [SpeechModel], prices: PriceList, routes: SpeechRoutes, ledger: any LedgerDesk, encoders: any SpeechEncoders,
        limits: LimitDesk = .none, logger: Logger
    ) {
        self.limits = limits
        self.models = models
        self.prices = prices
        self.routes = routes
        self.ledger = ledger
        self.encoders = encoders
        self.logger = logger
        known = Set(models.map(\.id))
    }

    package func isKnown(_ model: String) -> Bool { known.contains(model) }

    /// The first door: may this caller ask this, and can it be paid? Money is held when it returns, and nothing when it throws.
    /// - Parameter name: what the caller named the request; kept with the hold.
    package func admit(
        _ prompt: SpeechPrompt, for caller: Caller, request: RequestID, as name: IdempotencyClaim? = nil
    ) async throws(Refusal) -> AdmittedSpeech {
        let model = prompt.model
        guard known.contains(model) else { throw .modelUnknown(model: model) }
        guard caller.key.allows(model: model) else { throw .modelNotAllowed(model: model) }
        let routes = Array(
            self.routes.routes(to: model, for: caller.key.book).inOrder(at: .now()).prefix(SpeechLimits.attemptsMax))
        guard let first = routes.first else { throw .engineUnavailable(model: model) }
        guard let price = prices.version(for: model, in: caller.key.book) else { throw .modelNotPriced(model: model) }
        let characters = prompt.characters
        let quote = Quote(
            price: price, inputBoundTokens: characters, inputFairTokens: characters, choices: 1, outputCap: 1)
        guard let cost = quote.bound else { throw .notPriceable }
        let ticket: LimitDesk.Ticket?
        do throws(RateRefusal) {
            ticket = try limits.take(caller.key, model: model, RateUse(spend: cost), at: .now())
        } catch { throw .rateLimited(error) }
        do throws(Refusal) { try rooms.take(for: caller.purse) } catch {
            limits.finish(ticket, .none)
            throw error
        }
        let hold = HoldRequest(request: request, key: caller.key.id, quote: quote, engine: first.engine.name)
        switch await ledger.perform(name.map { .holdNamed(hold, $0.submission) } ?? .hold(hold)) {
        case .held(let funds):
            return AdmittedSpeech(
                speech: self, prompt: prompt, routes: routes, request: request, purse: caller.purse, hold: funds.hold, cost: cost,
                ticket: ticket)
        case .refused(let refusal):
            rooms.give(of: caller.purse)
            limits.finish(ticket, .none)
            throw refusal
        default: preconditionFailure("a hold is granted or refused")
        }
    }

    // MARK: Voices

    /// Those that a key may ask for: OpenAI's names, which every engine knows, and what the engines of its book list.
    package func voices(for caller: Caller) async -> [SpeechVoice] { await voices(in: caller.key.book) }

    /// The voices of one book's engines.
    package func voices(in book: Book) async -> [SpeechVoice] {
        var voices = SpeechVoice.openAINames.map { SpeechVoice(name: $0) }
        var names = Set(voices.map(\.name))
        for engine in routes.engines(for: book) {
            voices += await engine.voices().filter { names.insert($0.name).inserted }
        }
        return voices
    }
}
