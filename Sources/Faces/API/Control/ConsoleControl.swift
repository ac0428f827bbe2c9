import Commerce
package import Gateway
import Units
import Wire

/// What operators ask about the way in to the console.
package struct ConsoleControl: Sendable {
    private let signIn: SignIn
    private let site: String?

    /// - Parameter site: how browsers reach this server; nil: no server runs.
    package init(signIn: SignIn, site: String?) {
        self.signIn = signIn
        self.site = site
    }

    func link(login: String?) async throws -> ConsoleLinkDocument {
        guard let site else {
            throw ControlRefusal(code: "server_stopped", message: "a link leads to a server: start one first")
        }
        guard let login else {
            guard let secret = signIn.firstSecret() else {
                throw ControlRefusal(
                    code: "operator_exists", message: "there is an operator already; --login makes a link for a new password")
            }
            let minutes = Int(SignInLimits.firstLinkSeconds / 60)
            return ConsoleLinkDocument(link: "\(site)/console/first?token=\(secret)", login: nil, minutes: minutes)
        }
        guard let user = signIn.users.first(where: { $0.login == login.lowercased() }),
            let secret = await signIn.invite(user.id)
        else { throw ControlRefusal(code: "user_unknown", message: "nobody signs in as \(login.prefix(80))") }
        return ConsoleLinkDocument(
            link: "\(site)/console/invitation?token=\(secret)", login: user.login,
            minutes: Int(SignInLimits.invitationSeconds / 60))
    }
}

extension CodesDocument {
    init(made: [(code: String, record: RedemptionCode)]) {
        self.init(codes: made.map { CodeDocument($0.record, code: $0.code) })
    }

    init(listed: [RedemptionCode]) { self.init(codes: listed.map { CodeDocument($0, code: nil) }) }
}

extension CodeDocument {
    fileprivate init(_ record: RedemptionCode, code: String?) {
        self.init(
            id: record.id.description, code: code, prefix: record.prefix, amount: record.amount.description,
            mode: record.book.rawValue, state: record.state(at: SystemClock().now()).rawValue,
            created: record.created.description,
            expires: record.expires?.description, redeemedBy: record.redemption?.account.description,
            redeemed: record.redemption?.at.description)
    }
}
