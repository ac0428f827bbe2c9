import Commerce
import Gateway
import Units
import Wire

/// Somebody who is signed in looks at a page.
struct Visit: Sendable {
    let request: PageRequest
    let visitor: Visitor
    let account: AccountSummary
    let language: Language

    /// `__Host-`: over HTTPS or on this machine only, for this host alone, for every path.
    static let cookie = "__Host-session"
    static let bookCookie = "book"

    init(_ request: PageRequest, visitor: Visitor, account: AccountSummary) {
        self.request = request
        self.visitor = visitor
        self.account = account
        language = Language(request)
    }

    /// Which balance the pages are about. Whoever has never chosen sees the one with money in it.
    var book: Book {
        if let chosen = request.cookie(Visit.bookCookie).flatMap(Book.init(rawValue:)) { return chosen }
        return account.live == .zero && account.test != .zero ? .test : .live
    }

    var purse: Purse { Purse(account: account.record.id, book: book) }
    var balance: Balance { book == .live ? account.live : account.test }
    var form: FormFields { request.form ?? FormFields("") }

    func text(_ key: String, _ values: String...) -> String { Texts.all.text(key, in: language, values) }

    // MARK: Pages

    /// A page of the console.
    func page(
        _ template: String, title: String, _ view: View, problem: String? = nil, success: String? = nil, status: Int = 200,
        forms: String = "'self'", scripts: [String] = []
    ) -> PageAnswer {
        let inner = Templates.all.render(
            template, View.fields(["csrf": .text(visitor.formToken)]).with(fields(of: view)), in: language)
        let frame: View = [
            "icon": .text(Assets.all.path("icon.svg")), "csrf": .text(visitor.formToken), "path": .text(place),
            "isTest": .flag(book == .test), "login": .text(visitor.user.login), "title": .text(title), "inner": .text(inner),
            "problem": .optional(problem), "success": .optional(success), "groups": .list(groups),
            "otherLanguage": .text(language.other.rawValue), "otherTag": .text(language.other.tag),
            "otherName": .text(language.other.own),
        ]
        return Frame.page(
            "console", frame, title: title, in: language, status: status, forms: forms, scripts: scripts)
    }

    private func fields(of view: View) -> [String: View] { if case .fields(let fields) = view { fields } else { [:] } }

    /// The page one is on: what a form was sent to need not be one.
    private var place: String {
        let pages = Visit.groups.flatMap { $0.1.map(\.1) }
        return pages.filter { request.path == $0 || request.path.hasPrefix($0 + "/") }.max { $0.count < $1.count } ?? "/console"
    }

    private static let groups: [(String, [(String, String)])] =
        [
            (
                "nav.account",
                [
                    ("nav.overview", "/console"), ("nav.keys", "/console/keys"), ("nav.usage", "/console/usage"),
                    ("nav.statement", "/console/statement"), ("nav.topup", "/console/top-up"),
                    ("nav.settings", "/console/settings"),
                ]
            ),
            (
                "nav.playground",
                [
                    ("nav.chat", "/console/play/chat"), ("nav.images", "/console/play/images"),
                    ("nav.speech", "/console/play/speech"),
                ]
            ),
            (
                "nav.operator",
                [
                    ("nav.accounts", "/console/accounts"), ("nav.codes", "/console/codes"), ("nav.engines", "/console/engines"),
                    ("nav.prices", "/console/prices"), ("nav.margin", "/console/margin"), ("nav.jobs", "/console/jobs"),
                    ("nav.ledger", "/console/ledger"),
                    ("nav.system", "/console/system"),
                ]
            ),
        ]

    private var groups: [View] {
        Visit.groups.filter { $0.0 != "nav.operator" || visitor.isOperator }.map { name, items in
            [
                "name": .text(text(name)),
                "items": .list(
                    items.map { name, href in
                        let isHere = request.path == href || (href != "/console" && request.path.hasPrefix(href + "/"))
                        return ["name": .text(text(name)), "href": .text(href), "isHere": .flag(isHere)]
                    }),
            ]
        }
    }

    /// A page that says one thing.
    func message(_ key: String, status: Int) -> PageAnswer {
        message(title: key, text: key + "_text", status: status)
    }

    func message(title: String, text: String? = nil, status: Int) -> PageAnswer {
        let view: View = [
            "title": .text(self.text(title)), "text": .text(text.map { self.text($0) } ?? ""), "href": "/console",
            "link": .text(self.text("back.overview")),
        ]
        return Frame.page("message", view, title: self.text(title), in: language, status: status)
    }

    func message(_ complaint: Complaint) -> PageAnswer {
        let view: View = [
            "title": .text(complaint.sentence(language)), "text": "", "href": "/console", "link": .text(text("back.overview")),
        ]
        return Frame.page(
            "message", view, title: complaint.sentence(language), in: language, status: complaint.status)
    }

    // MARK: What forms say

    func money(_ name: String, label: String) throws(Complaint) -> Money {
        let typed = form[name] ?? ""
        guard let money = Money(decimal: typed) else { throw invalid(label, expected: "expected.usd", got: typed) }
        return money
    }

    /// The end of a day (UTC); nil when none is given.
    func day(_ name: String, label: String) throws(Complaint) -> Instant? {
        guard let typed = form[name] else { return nil }
        guard typed.utf8.count == 10, let day = Instant(iso8601: typed) else {
            throw invalid(label, expected: "expected.date", got: typed)
        }
        return day.advanced(bySeconds: 86_400)
    }

    func invalid(_ label: String, expected: String, got: String) -> Complaint {
        Complaint("invalid", [text(label), text(expected), String(got.prefix(80))])
    }
}

/// What is said to somebody whose wish cannot be carried out.
struct Complaint: Error {
    let key: String
    let values: [String]
    let status: Int

    init(_ key: String, _ values: [String] = [], status: Int = 400) {
        self.key = key
        self.values = values
        self.status = status
    }

    func sentence(_ language: Language) -> String { Texts.all.text(key, in: language, values) }
}

extension Instant {
    /// `2026-11-22 08:15:30`, UTC.
    var shown: String { String(description.prefix(19)).replacing("T", with: " ") }
    /// `2026-11-22`, UTC.
    var dayShown: String { String(description.prefix(10)) }
}

extension Money {
    /// With its sign.
    var signed: String { self > .zero ? "+" + brief : brief }
}

extension TopUpFailure {
    var complaint: Complaint {
        switch self {
        case .tooManyTries(let seconds): Complaint("topup.too_many", [String(seconds)], status: 429)
        case .noProvider: Complaint("topup.no_provider", status: 503)
        case .providerFailed: Complaint("topup.failed", status: 502)
        case .refused: Complaint("broken", status: 503)
        case .rejected(let rejection): rejection.complaint
        }
    }
}

extension LedgerRejection {
    var complaint: Complaint {
        switch self {
        case .topUp(.codeUnknown): Complaint("topup.unknown", status: 404)
        case .topUp(.codeRedeemed): Complaint("topup.used", status: 409)
        case .topUp(.codeRevoked): Complaint("topup.revoked", status: 410)
        case .topUp(.codeExpired): Complaint("topup.expired", status: 410)
        case .invalid(let field, let expected, let got): Complaint("invalid", [field, expected, got])
        case .accountNameTaken: Complaint("accounts.taken", status: 409)
        case .moreThanAvailable(_, let available): Complaint("account.too_much", [available.brief], status: 409)
        case .referenceTaken: Complaint("account.taken_reason", status: 409)
        case .amountOutOfRange(let amount): Complaint("invalid", ["amount", "0 < USD ≤ 1000000000", amount.brief])
        default: Complaint("broken", status: 500)
        }
    }
}

extension SignInFailure {
    var complaint: Complaint {
        switch self {
        case .wrong: Complaint("signin.wrong", status: 401)
        case .tooManyTries(let seconds): Complaint("signin.too_many", [String(seconds)], status: 429)
        case .busy: Complaint("signin.busy", status: 503)
        case .weakPassword: Complaint("password.weak")
        case .badLogin: Complaint("login.bad")
        case .loginTaken(let login): Complaint("login.taken", [login], status: 409)
        case .linkUnknown: Complaint("link.gone", status: 410)
        }
    }
}
