import API
import CLI
import Commerce
import Gateway
import Inference
import Logging
import NIOCore
import SQLiteStores
import Units

/// The ledger with everything around it, opened for writing by this process alone.
struct Books: Sendable {
    let directory: DataDirectory
    private let pepper: [UInt8]
    private let logger: Logger
    let store: any LedgerStore
    let ledger: LedgerWriter
    let keys: KeyDirectory
    let administration: Administration
    /// Every model that can be asked for.
    let catalog: ModelCatalog
    /// Makes the signatures of jobs.
    let signer: JobSigner
    /// Makes the signatures of what jobs' callers are told.
    let callbackSigner: CallbackSigner
    /// Requests by the names their callers gave them.
    let names: IdempotencyDesk
    /// The prices in force of the models that have one in the configuration.
    let prices: PriceList

    /// Takes the directory, opens the store and closes what an earlier process left open: the server's start, and the same for
    /// a command that is carried out without a server.
    ///
    /// - Parameter ballastBytes: what a server sets aside for a full disk.
    static func open(_ configuration: Configuration, _ logger: Logger, ballastBytes: Int = 0) throws -> Books {
        let clock = SystemClock()
        let directory = try DataDirectory(configuration.store.dataDirectory)
        for warning in directory.warnings { logger.warning("data.open_to_others", metadata: ["warning": "\(warning)"]) }
        let pepper = try directory.pepper()
        let mint = KeyMint(pepper: pepper)
        let store = Failpoint.around(
            try SQLiteLedgerStore(path: directory.databasePath, pepper: pepper, ballastBytes: ballastBytes))
        // What has no price is refused to live keys and tried for nothing with test keys.
        let priced =
            configuration.models.map { setting in
                setting.price.map { (setting.model.id, $0) } ?? (PriceList.trialName(of: setting.model.id), .free)
            }
            + configuration.images.map { setting in
                setting.price.map { (setting.model.id, $0) }
                    ?? (PriceList.trialName(of: setting.model.id), ModelPrice.image(.zero) ?? .free)
            }
            + configuration.speech.map { setting in
                setting.price.map { (setting.model.id, $0) }
                    ?? (PriceList.trialName(of: setting.model.id), .characters(.free))
            }
            + configuration.embeddings.map { setting in
                setting.price.map { (setting.model.id, $0) } ?? (PriceList.trialName(of: setting.model.id), .free)
            }

            + (configuration.cache.map { cache in
                configuration.models.map { setting in
                    (PriceList.cacheName(of: setting.model.id), setting.price?.percent(cache.percent) ?? .free)
                }
            } ?? [])

        let (ledger, report) = try Recovery.begin(store, prices: priced, clock: clock)
        if report.released + report.provisional > 0 {
            logger.notice(
                "ledger.recovered", metadata: ["released": "\(report.released)", "provisional": "\(report.provisional)"])
        }
        let models = Set(priced.map(\.0))
        if report.adopted > 0 { logger.notice("images.resumed", metadata: ["jobs": "\(report.adopted)"]) }
        let writer = LedgerWriter(ledger: ledger, store: store, clock: clock, logger: logger)
        let keys = KeyDirectory(ledger.keys, mint: mint, clock: clock)
        return Books(
            directory: directory, pepper: pepper, logger: logger, store: store, ledger: writer, keys: keys,
            administration: Administration(ledger: writer, store: store, keys: keys, mint: mint),
            catalog: ModelCatalog(chat: configuration.models.map(\.model)), signer: JobSigner(pepper: pepper),
            callbackSigner: CallbackSigner(pepper: pepper),
            names: IdempotencyDesk(store: store, ledger: writer, clock: clock, pepper: pepper),
            prices: PriceList(ledger.prices.filter { models.contains($0.model) }))
    }

    /// How balances are filled.
    func topUps(_ configuration: Configuration, on group: any EventLoopGroup) throws -> (TopUps, (any PaymentWebhook)?) {
        let payments = try ConfiguredPayments(configuration.payments, pepper: pepper, logger, on: group)
        return (TopUps(ledger: ledger, pepper: pepper, provider: payments.provider, logger: logger), payments.webhook)
    }

    /// The door of the console.
    func signIn() -> SignIn { SignIn(ledger: ledger, pepper: pepper) }

    func desk(
        _ configuration: Configuration, engines: [any Engine], topUps: TopUps, console: ConsoleControl,
        images: @escaping @Sendable () async throws -> ImageJobs
    ) -> ControlDesk {
        ControlDesk(
            administration: administration, topUps: topUps, console: console, catalog: catalog, engines: engines,
            otherModels: configuration.images.map(\.model.id) + configuration.speech.map(\.model.id)
                + configuration.embeddings.map(\.model.id),
            images: images)
    }
}
