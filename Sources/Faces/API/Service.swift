import Gateway
import Hummingbird
import Logging
import Wire

/// What the endpoints serve with: the rest of the house, as they know it. One object, so that handing it on costs one count.
final class Service: Sendable {
    let limits: APILimits
    let chat: Chat
    let keys: KeyDirectory
    let names: IdempotencyDesk
    let administration: Administration
    let ledger: LedgerWriter
    let clock: any Gateway.Clock
    let logger: Logger
    let accessLog: AccessLog?
    let loops = ServingLoops()
    let router: RouterResponder<PlainContext>

    init(
        limits: APILimits, chat: Chat, images: ImageDesk?, speech: Speech?, embeddings: Embeddings?, keys: KeyDirectory,
        names: IdempotencyDesk,
        administration: Administration,
        ledger: LedgerWriter, money: MoneyIn?, pages: [Page],
        clock: any Gateway.Clock, logger: Logger, accessLog: AccessLog?, metrics: MetricsAudience
    ) {
        self.limits = limits
        self.chat = chat
        self.keys = keys
        self.names = names
        self.administration = administration
        self.ledger = ledger
        self.clock = clock
        self.logger = logger
        self.accessLog = accessLog
        let groups: [any EndpointGroup] =
            [
                ModelEndpoints(chat: chat, images: images?.jobs, speech: speech, embeddings: embeddings),
                AccountEndpoint(administration: administration, callbacks: images?.jobs.callbacks?.signer),
                UsageEndpoint(administration: administration, limits: limits), HealthEndpoints(ledger: ledger),
                MetricsEndpoint(audience: metrics, ledger: ledger, routes: chat.routes, loops: loops),
            ]
        let painting: [any EndpointGroup] =
            images.map { [ImageEndpoints(desk: $0, clock: clock), GenerationEndpoint(desk: $0, clock: clock)] } ?? []
        let speaking: [any EndpointGroup] = speech.map { [SpeechEndpoints(speech: $0, names: names)] } ?? []
        let embedding: [any EndpointGroup] = embeddings.map { [EmbeddingEndpoint(embeddings: $0, names: names)] } ?? []
        let paying: [any EndpointGroup] =
            money.map { money in
                let webhook = money.webhook.map { StripeEndpoint(topUps: money.topUps, webhook: $0, clock: clock) }
                return [TopUpEndpoints(topUps: money.topUps, publicURL: money.publicURL)] + (webhook.map { [$0] } ?? [])
            } ?? []
        let endpoints = Endpoints(
            groups + painting + speaking + embedding + paying + [PageEndpoints(pages: pages)],
            others: ChatPermit.paths.map { ($0, .post) })
        router = endpoints.responder
    }
}
