import API
import CLI
import Commerce
import Console
import Gateway
import Inference
import Logging
import SQLiteStores
import Units
import Wire

/// The console with everything it shows.
struct ConfiguredConsole: Sendable {
    let console: Console

    init(
        _ configuration: Configuration, _ books: Books, signIn: SignIn, topUps: TopUps, engines: [any Engine], images: ImageDesk,
        speech: Speech, _ logger: Logger
    ) {
        let (ledger, signer) = (books.ledger, books.callbackSigner)
        let backstage = Backstage(
            engines: {
                await EngineCheckDocument(checking: engines).engines.map {
                    Backstage.EngineLine(name: $0.name, usable: $0.usable, summary: $0.summary, milliseconds: $0.latencyMs)
                }
            },
            models: configuration.lines,
            settings: configuration.listing.keys.map {
                Backstage.SettingLine(key: $0.key, value: $0.value, source: $0.source)
            },
            jobs: { filter in
                let (unfinished, _) = try await images.jobs.unfinished(filter)
                let ended = try await images.jobs.ended(filter)
                let over = Set(ended.map(\.view.id))
                return unfinished.filter { !over.contains($0.view.id) } + ended
            },
            pictures: { account, book, host in
                let ended = (try? await images.jobs.ended(JobFilter(state: .finished, account: account))) ?? []
                return ended.filter { $0.record.purse.book == book }.prefix(24).compactMap { standing in
                    images.pictureURL(standing.view, host: host, at: SystemClock().now()).map {
                        Backstage.PictureLine(url: $0, prompt: standing.record.prompt.prompt, at: standing.record.submitted)
                    }
                }
            },
            voices: { await speech.voices(in: $0).map(\.name) }, callbackSecret: signer.secret,
            errors: ErrorCatalog.lines.map {
                Backstage.ErrorLine(status: $0.status, type: $0.type, code: $0.code, message: $0.message)
            }, limits: ConfiguredConsole.limits, figures: { ledger.figures },
            isAdmitting: { ledger.isAdmitting }, allowsLoopbackCallback: configuration.server.isLocal, version: Version.current,
            sqliteVersion: SQLiteLedgerStore.sqliteVersion,
            started: SystemClock().now())
        console = Console(
            signIn: signIn, administration: books.administration, topUps: topUps, backstage: backstage,
            publicURL: configuration.server.publicURL, logger: logger)
    }
}

extension ConfiguredConsole {
    fileprivate static let limits: [(name: String, value: String)] = {
        let limits = APILimits()
        return [
            ("limit.chat_body", String(limits.chatBodyBytesMax)), ("limit.chat_text", String(limits.chatTextBytesMax)),
            ("limit.plain_body", String(limits.plainBodyBytesMax)), ("limit.header", String(limits.headerBytesMax)),
            ("limit.jobs", String(ImageLimits.jobsPerAccountMax)), ("limit.speeches", String(SpeechLimits.openPerAccountMax)),
            ("limit.speech_input", String(SpeechPrompt.inputScalarsMax)), ("limit.prompt", String(ImagePrompt.textBytesMax)),
            ("limit.code_tries", String(TopUpLimits.codeTries)),
            ("limit.payment", "\(TopUpLimits.paymentMin.brief) – \(TopUpLimits.paymentMax.brief)"),
        ]
    }()
}

extension Configuration {
    /// Every model with its routes, as they are listed.
    fileprivate var lines: [Backstage.ModelLine] {
        func routes(_ routes: [RouteSetting]) -> [String] { routes.map { "\($0.engine): \($0.model)" } }
        return models.map {
            Backstage.ModelLine(
                id: $0.model.id, kind: .chat, routes: routes($0.routes), contextTokens: $0.model.contextTokens,
                outputTokensMax: $0.model.outputTokensMax, seesPictures: $0.model.vision != nil)
        } + images.map { Backstage.ModelLine(id: $0.model.id, kind: .image, routes: routes($0.routes)) }
            + speech.map { Backstage.ModelLine(id: $0.model.id, kind: .speech, routes: routes($0.routes)) }
    }
}
