import Units

extension Ledger {
    mutating func step(_ command: PeopleCommand, at now: Instant, into records: inout Records) -> LedgerOutcome {
        switch command {
        case .createUser(let login, let role, let account, let password):
            createUser(login, role, account, password, at: now, into: &records)
        case .claim(let login, let account, let password):
            people.hasOperator
                ? .rejected(.people(.operatorExists)) : createUser(login, .operator, account, password, at: now, into: &records)
        case .setPassword(let id, let password, let session):
            change(id, into: &records) {
                $0.password = password
            } ending: {
                $0.id != session
            }
        case .invite(let id, let mac, let expires): invite(id, mac, until: expires, into: &records)
        case .acceptInvitation(let mac, let password): accept(mac, password, at: now, into: &records)
        case .beginSession(let id, let mac, let agent, let expires):
            beginSession(of: id, mac, agent, until: expires, at: now, into: &records)
        case .endSession(let mac): endSession(mac, into: &records)
        case .endSessions(let id):
            change(id, into: &records) { _ in
            } ending: { _ in
                true
            }
        case .disable(let id):
            change(id, into: &records) {
                $0.disabled = now
            } ending: { _ in
                true
            }
        case .enable(let id):
            change(id, into: &records) {
                $0.disabled = nil
            } ending: { _ in
                false
            }
        }
    }

    private mutating func createUser(
        _ login: String, _ role: UserRecord.Role, _ account: AccountID, _ password: String?, at now: Instant,
        into records: inout Records
    ) -> LedgerOutcome {
        guard accounts[account] != nil else { return .rejected(.accountUnknown(account.description)) }
        guard people.user(login) == nil else { return .rejected(.people(.loginTaken(login))) }
        let user = UserRecord(
            id: UserID(people.lastUser + 1), login: login, role: role, account: account, created: now, password: password)
        note(.user(user), into: &records)
        return .user(user)
    }

    /// - Parameter ending: which of the user's sessions end with it.
    private mutating func change(
        _ id: UserID, into records: inout Records, _ change: (inout UserRecord) -> Void, ending: (SessionRecord) -> Bool
    ) -> LedgerOutcome {
        guard let before = people.users[id] else { return .rejected(.people(.userUnknown(id.description))) }
        var user = before
        change(&user)
        if user != before { note(.user(user), into: &records) }
        for session in people.sessions(of: id) where ending(session) { note(.sessionEnded(session), into: &records) }
        return .user(user)
    }

    private mutating func invite(_ id: UserID, _ mac: [UInt8], until expires: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        guard let user = people.users[id] else { return .rejected(.people(.userUnknown(id.description))) }
        note(.invitation(InvitationRecord(user: id, mac: mac, expires: expires)), into: &records)
        return .user(user)
    }

    private mutating func accept(_ mac: [UInt8], _ password: String, at now: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        guard let invitation = people.invitation(mac: mac), invitation.expires > now,
            people.users[invitation.user]?.disabled == nil
        else { return .rejected(.people(.invitationUnknown)) }
        note(.invitationUsed(invitation), into: &records)
        return change(invitation.user, into: &records) {
            $0.password = password
        } ending: { _ in
            true
        }
    }

    private mutating func beginSession(
        of id: UserID, _ mac: [UInt8], _ agent: String, until expires: Instant, at now: Instant, into records: inout Records
    ) -> LedgerOutcome {
        guard let user = people.users[id], user.disabled == nil, user.password != nil else {
            return .rejected(.people(.userUnknown(id.description)))
        }
        for session in people.expiredSessions(at: now) { note(.sessionEnded(session), into: &records) }
        // The oldest makes room: nobody has so many browsers, and a script must not fill the table.
        for session in people.sessions(of: id).dropLast(Ledger.sessionsPerUserMax - 1) {
            note(.sessionEnded(session), into: &records)
        }
        let session = SessionRecord(
            id: people.lastSession + 1, user: id, mac: mac, created: now, expires: expires, agent: agent)
        note(.session(session), into: &records)
        return .user(user)
    }

    package static let sessionsPerUserMax = 20

    private mutating func endSession(_ mac: [UInt8], into records: inout Records) -> LedgerOutcome {
        if let session = people.session(mac: mac) { note(.sessionEnded(session), into: &records) }
        return .noted
    }

    private mutating func note(_ record: PeopleRecord, into records: inout Records) {
        people.apply(record)
        records.append(.people(record))
    }
}

/// Why somebody cannot be let in or changed.
package enum PeopleRejection: Hashable, Sendable {
    case loginTaken(String)
    case userUnknown(String)
    /// Used, expired, or never there.
    case invitationUnknown
    case operatorExists
}
