package import Commerce
import Crypto
import Foundation
import Synchronization
package import Units

/// Who is at the console: somebody whose browser showed a session that stands.
package struct Visitor: Hashable, Sendable {
    package let user: UserRecord
    package let session: SessionRecord
    /// What every form of this session carries: see ``SignIn/isOurs(_:of:)``.
    package let formToken: String

    package var isOperator: Bool { user.role == .operator }
}

/// Lets people in to the console and out again.
package final class SignIn: Sendable {
    private let ledger: LedgerWriter
    private let passwords = Passwords()
    private let clock: any Clock
    private let sessionKey: SymmetricKey
    private let formKey: SymmetricKey
    private let invitationKey: SymmetricKey
    private let byLogin = TryLimit(failures: SignInLimits.triesPerLogin, inSeconds: SignInLimits.triesSeconds)
    private let byAddress = TryLimit(failures: SignInLimits.triesPerAddress, inSeconds: SignInLimits.triesSeconds)
    /// The link for the first operator, as its MAC, until when.
    private let firstLink = Mutex<(mac: [UInt8], expires: Instant)?>(nil)

    package init(ledger: LedgerWriter, pepper: [UInt8], clock: any Clock = SystemClock()) {
        self.ledger = ledger
        self.clock = clock
        sessionKey = derivedKey("console sessions, version 1", from: pepper)
        formKey = derivedKey("console forms, version 1", from: pepper)
        invitationKey = derivedKey("console invitations, version 1", from: pepper)
    }

    // MARK: Sessions

    /// - Parameter secret: what the cookie carries.
    package func visitor(showing secret: String) -> Visitor? {
        guard secret.utf8.count == SignIn.secretCharacters else { return nil }
        let people = ledger.people
        guard let session = people.session(mac: mac(secret, sessionKey)), session.expires > clock.now(),
            let user = people.users[session.user], user.disabled == nil
        else { return nil }
        return Visitor(user: user, session: session, formToken: formToken(of: session))
    }

    /// Whether a form was filled in by the session it is sent with. Comparing takes the same time whatever was sent.
    package func isOurs(_ token: String, of visitor: Visitor) -> Bool { SignIn.isSame(token, visitor.formToken) }

    private func formToken(of session: SessionRecord) -> String { hex(mac(hex(session.mac), formKey).prefix(16)) }

    private static func isSame(_ shown: String, _ right: String) -> Bool {
        let (shown, right) = (Array(shown.utf8), Array(right.utf8))
        guard shown.count == right.count else { return false }
        return zip(shown, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    /// - Returns: the secret for the cookie.
    /// - Parameter address: where the request comes from, for counting failures.
    package func signIn(_ login: String, password: String, from address: String, agent: String) async throws(SignInFailure)
        -> String
    {
        let login = SignIn.normal(login)
        let now = clock.now()
        if let seconds = byAddress.begin(address, at: now) { throw .tooManyTries(seconds: seconds) }
        if let seconds = byLogin.begin(String(login.prefix(SignInLimits.loginCharactersMax)), at: now) {
            throw .tooManyTries(seconds: seconds)
        }
        let user = ledger.people.user(login)
        let isKnown = user?.disabled == nil && password.utf8.count <= SignInLimits.passwordBytesMax
        guard let isRight = await passwords.isRight(String(password.prefix(1024)), isKnown ? user?.password : nil) else {
            throw .busy
        }
        guard isRight, let user else { throw .wrong }
        byAddress.succeeded(address)
        byLogin.succeeded(login)
        return try await begin(user.id, agent: agent)
    }

    private func begin(_ user: UserID, agent: String) async throws(SignInFailure) -> String {
        let secret = SignIn.secret()
        let expires = clock.now().advanced(bySeconds: SignInLimits.sessionSeconds)
        let plain = String(agent.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }.prefix(120).map(Character.init))
        let command = PeopleCommand.beginSession(user, mac: mac(secret, sessionKey), agent: plain, expires: expires)
        guard case .user = await ledger.perform(.people(command)) else { throw .wrong }
        return secret
    }

    package func signOut(_ visitor: Visitor) async {
        _ = await ledger.perform(.people(.endSession(mac: visitor.session.mac)))
    }

    package func signOutEverywhere(_ user: UserID) async { _ = await ledger.perform(.people(.endSessions(user))) }

    package func sessions(of user: UserID) -> [SessionRecord] {
        ledger.people.sessions(of: user).filter { $0.expires > clock.now() }
    }

    // MARK: Passwords

    package func changePassword(_ visitor: Visitor, from old: String, to new: String) async throws(SignInFailure) {
        if let seconds = byLogin.begin(visitor.user.login, at: clock.now()) { throw .tooManyTries(seconds: seconds) }
        guard let isRight = await passwords.isRight(String(old.prefix(1024)), visitor.user.password) else { throw .busy }
        guard isRight else { throw .wrong }
        byLogin.succeeded(visitor.user.login)
        let kept = try await keep(new)
        _ = await ledger.perform(.people(.setPassword(visitor.user.id, kept, keeping: visitor.session.id)))
    }

    private func keep(_ password: String) async throws(SignInFailure) -> String {
        guard password.count >= SignInLimits.passwordCharactersMin, password.utf8.count <= SignInLimits.passwordBytesMax else {
            throw .weakPassword
        }
        guard let kept = await passwords.keep(password) else { throw .busy }
        return kept
    }

    // MARK: The first operator

    /// A link for whoever started the server: with it, once and not for long, the first operator chooses a password.
    /// - Returns: nil when there is an operator.
    package func firstSecret() -> String? {
        guard !ledger.people.hasOperator else { return nil }
        let secret = SignIn.secret()
        let expires = clock.now().advanced(bySeconds: SignInLimits.firstLinkSeconds)
        firstLink.withLock { $0 = (mac(secret, invitationKey), expires) }
        return secret
    }

    /// Whether the link would be taken now.
    package func isFirst(_ secret: String) -> Bool {
        guard !ledger.people.hasOperator, let link = firstLink.withLock({ $0 }), link.expires > clock.now() else { return false }
        return SignIn.isSame(hex(mac(secret, invitationKey)), hex(link.mac))
    }

    package func claim(
        _ secret: String, login: String, password: String, account: AccountID, agent: String
    ) async throws(SignInFailure) -> String {
        guard isFirst(secret) else { throw .linkUnknown }
        let login = try SignIn.checked(login)
        let kept = try await keep(password)
        switch await ledger.perform(.people(.claim(login: login, account: account, password: kept))) {
        case .user(let user):
            firstLink.withLock { $0 = nil }
            return try await begin(user.id, agent: agent)
        case .rejected(.people(.loginTaken(let login))): throw .loginTaken(login)
        default: throw .linkUnknown
        }
    }

    // MARK: Users

    package var users: [UserRecord] { ledger.people.users.values.sorted { $0.id < $1.id } }

    package func user(_ id: UserID) -> UserRecord? { ledger.people.users[id] }

    package func createUser(_ login: String, role: UserRecord.Role, account: AccountID) async throws(SignInFailure) -> UserRecord
    {
        let login = try SignIn.checked(login)
        switch await ledger.perform(.people(.createUser(login: login, role: role, account: account, password: nil))) {
        case .user(let user): return user
        case .rejected(.people(.loginTaken(let login))): throw .loginTaken(login)
        default: throw .linkUnknown
        }
    }

    /// - Returns: the secret of a link with which the user chooses a new password, once; earlier links count no more.
    package func invite(_ user: UserID) async -> String? {
        let secret = SignIn.secret()
        let expires = clock.now().advanced(bySeconds: SignInLimits.invitationSeconds)
        guard case .user = await ledger.perform(.people(.invite(user, mac: mac(secret, invitationKey), expires: expires))) else {
            return nil
        }
        return secret
    }

    /// Whose link it is, if it still counts.
    package func invited(_ secret: String) -> UserRecord? {
        guard secret.utf8.count == SignIn.secretCharacters else { return nil }
        let people = ledger.people
        guard let invitation = people.invitation(mac: mac(secret, invitationKey)), invitation.expires > clock.now(),
            let user = people.users[invitation.user], user.disabled == nil
        else { return nil }
        return user
    }

    package func accept(_ secret: String, password: String, agent: String) async throws(SignInFailure) -> String {
        guard invited(secret) != nil else { throw .linkUnknown }
        let kept = try await keep(password)
        let command = PeopleCommand.acceptInvitation(mac: mac(secret, invitationKey), password: kept)
        guard case .user(let user) = await ledger.perform(.people(command)) else { throw .linkUnknown }
        return try await begin(user.id, agent: agent)
    }

    package func disable(_ user: UserID) async { _ = await ledger.perform(.people(.disable(user))) }

    package func enable(_ user: UserID) async { _ = await ledger.perform(.people(.enable(user))) }

    // MARK: Secrets

    private func mac(_ text: String, _ key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key))
    }

    private static let secretCharacters = 43

    /// 256 random bits in URL-safe base64.
    private static func secret() -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        var random = SystemRandomNumberGenerator()
        return String((0..<secretCharacters).map { _ in digits[Int.random(in: 0..<64, using: &random)] })
    }

    private func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in String(UInt16(byte) | 0x100, radix: 16).dropFirst() }.joined()
    }

    static func normal(_ login: String) -> String {
        login.trimmingCharacters(in: .whitespacesAndNewlines).lowercased()
    }

    private static func checked(_ login: String) throws(SignInFailure) -> String {
        let login = normal(login)
        let isPlain = login.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || $0.properties.numericType != nil || "@.-_+".unicodeScalars.contains($0)
        }
        guard (1...SignInLimits.loginCharactersMax).contains(login.count), isPlain else { throw .badLogin }
        return login
    }
}

package enum SignInFailure: Error, Hashable, Sendable {
    /// The login or the password: nobody is told which.
    case wrong
    case tooManyTries(seconds: Int64)
    case busy
    case weakPassword
    case badLogin
    case loginTaken(String)
    /// Used, expired, or never there.
    case linkUnknown
}

/// What is bounded in signing in, and why.
package enum SignInLimits {
    /// Wrong passwords for one login in the window …
    static let triesPerLogin = 8
    /// … and from one address, behind which an office may sit.
    static let triesPerAddress = 40
    static let triesSeconds: Int64 = 900
    /// How long a browser stays signed in: a working week, and then some.
    static let sessionSeconds: Int64 = 7 * 86_400
    /// How long the first operator's link counts: long enough to click it.
    package static let firstLinkSeconds: Int64 = 900
    /// How long an invitation counts.
    package static let invitationSeconds: Int64 = 7 * 86_400
    /// NIST SP 800-63B-4 asks for 15 where a password is all there is; 10 with eight tries a quarter of an hour is out of reach too.
    package static let passwordCharactersMin = 10
    static let passwordBytesMax = 1024
    package static let loginCharactersMax = 100
}
