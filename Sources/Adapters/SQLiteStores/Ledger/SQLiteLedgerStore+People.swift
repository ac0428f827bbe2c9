import Commerce
import Foundation
import GRDB
import Units

extension SQLiteLedgerStore {
    func write(_ record: PeopleRecord, in db: Database) throws {
        switch record {
        case .user(let user):
            let sql = """
                INSERT INTO users (id, login, role, account, created, password, disabled) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET password = excluded.password, disabled = excluded.disabled
                """
            try db.cachedStatement(sql: sql).execute(arguments: [
                user.id.value, user.login, user.role.rawValue, user.account.value, user.created.microseconds, user.password,
                user.disabled?.microseconds,
            ])
        case .session(let session):
            let sql = "INSERT INTO sessions (id, user, mac, created, expires, agent) VALUES (?, ?, ?, ?, ?, ?)"
            try db.cachedStatement(sql: sql).execute(arguments: [
                session.id, session.user.value, Data(session.mac), session.created.microseconds, session.expires.microseconds,
                session.agent,
            ])
        case .sessionEnded(let session):
            try db.cachedStatement(sql: "DELETE FROM sessions WHERE id = ?").execute(arguments: [session.id])
        case .invitation(let invitation):
            try db.cachedStatement(sql: "INSERT OR REPLACE INTO invitations (user, mac, expires) VALUES (?, ?, ?)")
                .execute(arguments: [invitation.user.value, Data(invitation.mac), invitation.expires.microseconds])
        case .invitationUsed(let invitation):
            try db.cachedStatement(sql: "DELETE FROM invitations WHERE user = ?").execute(arguments: [invitation.user.value])
        }
    }

    func people(_ db: Database) throws -> People {
        let users = try rows(db, "SELECT id, login, role, account, created, password, disabled FROM users ORDER BY id") {
            columns in
            let id = UserID(columns.next())
            let login: String = columns.next()
            let role = try columns.word(UserRecord.Role.self, "role", of: id.description)
            let account = AccountID(columns.next())
            let created = columns.instant()
            let password: String? = columns.optional()
            let disabled: Int64? = columns.optional()
            return UserRecord(
                id: id, login: login, role: role, account: account, created: created, password: password,
                disabled: disabled.map(Instant.init(microseconds:)))
        }
        let sessions = try rows(db, "SELECT id, user, mac, created, expires, agent FROM sessions ORDER BY id") { columns in
            let id: Int64 = columns.next()
            let user = UserID(columns.next())
            let mac: Data = columns.next()
            return SessionRecord(
                id: id, user: user, mac: [UInt8](mac), created: columns.instant(), expires: columns.instant(),
                agent: columns.next())
        }
        let invitations = try rows(db, "SELECT user, mac, expires FROM invitations ORDER BY user") { columns in
            let user = UserID(columns.next())
            let mac: Data = columns.next()
            return InvitationRecord(user: user, mac: [UInt8](mac), expires: columns.instant())
        }
        return People(users: users, sessions: sessions, invitations: invitations)
    }
}
