package import Units

/// Somebody who signs in to the console.
package struct UserRecord: Hashable, Sendable {
    package enum Role: String, Hashable, Sendable, CaseIterable {
        /// Sees and does everything, for every account.
        case `operator`
        /// Sees and does what is their account's.
        case customer
    }

    package let id: UserID
    /// What they sign in with: an e-mail address or a name, in lower case.
    package let login: String
    package let role: Role
    package let account: AccountID
    package let created: Instant
    /// The scrypt of the password with its parameters and salt; nil until they have chosen one.
    package internal(set) var password: String?
    package internal(set) var disabled: Instant?

    package init(
        id: UserID, login: String, role: Role, account: AccountID, created: Instant, password: String? = nil,
        disabled: Instant? = nil
    ) {
        self.id = id
        self.login = login
        self.role = role
        self.account = account
        self.created = created
        self.password = password
        self.disabled = disabled
    }
}

/// One browser that is signed in. The secret its cookie carries is nowhere but there.
package struct SessionRecord: Hashable, Sendable {
    package let id: Int64
    package let user: UserID
    /// HMAC-SHA256 of the cookie's secret.
    package let mac: [UInt8]
    package let created: Instant
    package let expires: Instant
    /// What the browser calls itself, at most 120 characters.
    package let agent: String

    package init(id: Int64, user: UserID, mac: [UInt8], created: Instant, expires: Instant, agent: String) {
        self.id = id
        self.user = user
        self.mac = mac
        self.created = created
        self.expires = expires
        self.agent = agent
    }
}

/// A link with which a user chooses a password, once.
package struct InvitationRecord: Hashable, Sendable {
    package let user: UserID
    /// HMAC-SHA256 of the link's secret.
    package let mac: [UInt8]
    package let expires: Instant

    package init(user: UserID, mac: [UInt8], expires: Instant) {
        self.user = user
        self.mac = mac
        self.expires = expires
    }
}

/// Who may sign in, and who has.
package struct People: Sendable {
    package private(set) var users: [UserID: UserRecord] = [:]
    private var logins: [String: UserID] = [:]
    private var sessionsByMAC: [[UInt8]: SessionRecord] = [:]
    private var invitationsByMAC: [[UInt8]: InvitationRecord] = [:]
    private(set) var lastUser: Int64 = 0
    private(set) var lastSession: Int64 = 0

    package init(users: [UserRecord] = [], sessions: [SessionRecord] = [], invitations: [InvitationRecord] = []) {
        for user in users { apply(.user(user)) }
        for session in sessions { apply(.session(session)) }
        for invitation in invitations { apply(.invitation(invitation)) }
    }

    package func user(_ login: String) -> UserRecord? { logins[login].flatMap { users[$0] } }
    package func session(mac: [UInt8]) -> SessionRecord? { sessionsByMAC[mac] }
    package func sessions(of user: UserID) -> [SessionRecord] {
        sessionsByMAC.values.filter { $0.user == user }.sorted { $0.id < $1.id }
    }
    package func invitation(mac: [UInt8]) -> InvitationRecord? { invitationsByMAC[mac] }

    /// Somebody can sign in who may do everything.
    package var hasOperator: Bool {
        users.values.contains { $0.role == .operator && $0.password != nil && $0.disabled == nil }
    }

    func expiredSessions(at now: Instant) -> [SessionRecord] { sessionsByMAC.values.filter { $0.expires <= now } }

    package mutating func apply(_ record: PeopleRecord) {
        switch record {
        case .user(let user):
            users[user.id] = user
            logins[user.login] = user.id
            lastUser = max(lastUser, user.id.value)
        case .session(let session):
            sessionsByMAC[session.mac] = session
            lastSession = max(lastSession, session.id)
        case .sessionEnded(let session): sessionsByMAC[session.mac] = nil
        case .invitation(let invitation):
            // The last link counts.
            for (mac, older) in invitationsByMAC where older.user == invitation.user { invitationsByMAC[mac] = nil }
            invitationsByMAC[invitation.mac] = invitation
        case .invitationUsed(let invitation): invitationsByMAC[invitation.mac] = nil
        }
    }
}

package enum PeopleRecord: Sendable {
    /// New, or as it is now.
    case user(UserRecord)
    case session(SessionRecord)
    case sessionEnded(SessionRecord)
    /// In place of any other of the same user.
    case invitation(InvitationRecord)
    case invitationUsed(InvitationRecord)
}

package enum PeopleCommand: Sendable {
    /// - Parameter password: nil: they are invited to choose one.
    case createUser(login: String, role: UserRecord.Role, account: AccountID, password: String?)
    /// The first operator, and nobody after: refused once there is one.
    case claim(login: String, account: AccountID, password: String)
    /// A new password ends every session but `keeping`.
    case setPassword(UserID, String, keeping: Int64?)
    case invite(UserID, mac: [UInt8], expires: Instant)
    case acceptInvitation(mac: [UInt8], password: String)
    case beginSession(UserID, mac: [UInt8], agent: String, expires: Instant)
    case endSession(mac: [UInt8])
    /// On every device.
    case endSessions(UserID)
    case disable(UserID)
    case enable(UserID)
}
