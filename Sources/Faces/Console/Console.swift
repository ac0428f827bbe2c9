package import Commerce
package import Gateway
package import Logging
package import Units
package import Wire

/// What a person sees of the house: the console, the documentation, the first page.
package struct Console: Sendable {
    let signIn: SignIn
    let administration: Administration
    let topUps: TopUps
    let backstage: Backstage
    /// How browsers reach this server, where that differs from what they say.
    let publicURL: String?
    let clock: any Gateway.Clock
    let logger: Logger

    package init(
        signIn: SignIn, administration: Administration, topUps: TopUps, backstage: Backstage, publicURL: String?,
        clock: any Gateway.Clock = SystemClock(), logger: Logger
    ) {
        self.signIn = signIn
        self.administration = administration
        self.topUps = topUps
        self.backstage = backstage
        self.publicURL = publicURL
        self.clock = clock
        self.logger = logger
    }

    package var pages: [Page] {
        [Assets.all.page] + landingPages + docsPages + doorPages + customerPages + playgroundPages + topUpPages + operatorPages
            + accountPages
    }

    // MARK: What pages are made of

    /// A page of somebody who is signed in. A form must have been sent from a page of this session.
    func page(
        _ method: Page.Method, _ path: String, for role: UserRecord.Role = .customer,
        _ respond: @escaping @Sendable (Visit) async throws -> PageAnswer
    ) -> Page {
        Page(method, path) { request in
            guard let visitor = request.cookie(Visit.cookie).flatMap(signIn.visitor) else {
                guard method == .get else { return Frame.redirect(to: "/console/sign-in") }
                return Frame.redirect(to: "/console/sign-in?next=\(request.path)")
            }
            guard let account = administration.summary(of: visitor.user.account) else {
                preconditionFailure("a user's account is never removed")
            }
            let visit = Visit(request, visitor: visitor, account: account)
            guard role == .customer || visitor.isOperator else { return visit.message("forbidden", status: 403) }
            if method == .post {
                guard isFromHere(request), signIn.isOurs(request.form?["csrf"] ?? "", of: visitor) else {
                    return visit.message(title: "stale_form", status: 403)
                }
            }
            do {
                return try await respond(visit)
            } catch let complaint as Complaint {
                return visit.message(complaint)
            } catch {
                logger.error("console.failed", metadata: ["path": "\(request.path)", "error": "\(error)"])
                return visit.message(title: "broken", status: 500)
            }
        }
    }

    /// Browsers say where a form was sent from: it must be a page of this server.
    func isFromHere(_ request: PageRequest) -> Bool {
        if let site = request.field("sec-fetch-site"), site != "same-origin", site != "none" { return false }
        guard let origin = request.field("origin") else { return true }
        guard let host = request.field("host") else { return false }
        return origin == "http://\(host)" || origin == "https://\(host)" || origin == publicURL
    }

    /// How the browser reached this server, without a slash at its end.
    func site(_ request: PageRequest) -> String {
        if let publicURL { return publicURL }
        let host = request.field("host") ?? ""
        let isPlain =
            !host.isEmpty
            && host.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20)
                    || [0x2D, 0x2E, 0x3A, 0x5B, 0x5D].contains(byte)
            }
        return "http://\(isPlain ? host : "localhost")"
    }
}

/// What only the server as a whole knows.
package struct Backstage: Sendable {
    package struct EngineLine: Sendable {
        let name: String
        let usable: Bool
        let summary: String
        let milliseconds: Int?

        package init(name: String, usable: Bool, summary: String, milliseconds: Int?) {
            self.name = name
            self.usable = usable
            self.summary = summary
            self.milliseconds = milliseconds
        }
    }

    package enum ModelKind: String, Sendable { case chat, image, speech }

    package struct ModelLine: Sendable {
        let id: String
        let kind: ModelKind
        /// `openai: gpt-4o-mini`, in the order in which they are asked.
        let routes: [String]
        let contextTokens: Int?
        let outputTokensMax: Int?
        let seesPictures: Bool

        package init(
            id: String, kind: ModelKind, routes: [String], contextTokens: Int? = nil, outputTokensMax: Int? = nil,
            seesPictures: Bool = false
        ) {
            self.id = id
            self.kind = kind
            self.routes = routes
            self.contextTokens = contextTokens
            self.outputTokensMax = outputTokensMax
            self.seesPictures = seesPictures
        }
    }

    package struct SettingLine: Sendable {
        let key: String
        let value: String
        let source: String

        package init(key: String, value: String, source: String) {
            self.key = key
            self.value = value
            self.source = source
        }
    }

    /// An error as callers are told it.
    package struct ErrorLine: Sendable {
        let status: Int
        let type: String
        let code: String
        let message: String

        package init(status: Int, type: String, code: String, message: String) {
            self.status = status
            self.type = type
            self.code = code
            self.message = message
        }
    }

    package struct PictureLine: Sendable {
        let url: String
        let prompt: String
        let at: Instant

        package init(url: String, prompt: String, at: Instant) {
            self.url = url
            self.prompt = prompt
            self.at = at
        }
    }

    let engines: @Sendable () async -> [EngineLine]
    let models: [ModelLine]
    let settings: [SettingLine]
    let jobs: @Sendable (JobFilter) async throws -> [JobStanding]
    let pictures: @Sendable (AccountID, Book, _ host: String?) async -> [PictureLine]
    let voices: @Sendable (Book) async -> [String]
    let callbackSecret: @Sendable (AccountID) -> String
    let figures: @Sendable () -> LedgerFigures
    let isAdmitting: @Sendable () -> Bool
    let errors: [ErrorLine]
    /// By the name of their text.
    let limits: [(name: String, value: String)]
    /// Callbacks to this machine are allowed.
    let allowsLoopbackCallback: Bool
    let version: String
    let sqliteVersion: String
    let started: Instant

    package init(
        engines: @escaping @Sendable () async -> [EngineLine], models: [ModelLine], settings: [SettingLine],
        jobs: @escaping @Sendable (JobFilter) async throws -> [JobStanding],
        pictures: @escaping @Sendable (AccountID, Book, _ host: String?) async -> [PictureLine],
        voices: @escaping @Sendable (Book) async -> [String], callbackSecret: @escaping @Sendable (AccountID) -> String,
        errors: [ErrorLine], limits: [(name: String, value: String)], figures: @escaping @Sendable () -> LedgerFigures,
        isAdmitting: @escaping @Sendable () -> Bool, allowsLoopbackCallback: Bool, version: String,
        sqliteVersion: String, started: Instant
    ) {
        self.engines = engines
        self.models = models
        self.settings = settings
        self.jobs = jobs
        self.pictures = pictures
        self.voices = voices
        self.callbackSecret = callbackSecret
        self.errors = errors
        self.limits = limits
        self.figures = figures
        self.isAdmitting = isAdmitting
        self.allowsLoopbackCallback = allowsLoopbackCallback
        self.version = version
        self.sqliteVersion = sqliteVersion
        self.started = started
    }

    func models(_ kind: ModelKind) -> [String] { models.filter { $0.kind == kind }.map(\.id) }
}
