import Commerce
import Gateway
import Logging
import Units
import Wire

/// Accounts, their money and their people, for operators.
extension Console {
    var accountPages: [Page] {
        [
            page(.get, "/console/accounts", for: .operator) { accounts($0) },
            page(.post, "/console/accounts", for: .operator) { visit in
                do throws(LedgerRejection) {
                    let opened = try await administration.openAccount(named: visit.form["name"] ?? "")
                    return Frame.redirect(to: "/console/accounts/\(opened.record.id)")
                } catch { return accounts(visit, problem: error.complaint) }
            },
            page(.get, "/console/accounts/:account", for: .operator) { visit in
                try await account(visit, try wanted(visit))
            },
            page(.post, "/console/accounts/:account/credit", for: .operator) { try await moveMoney($0) },
            page(.post, "/console/accounts/:account/users", for: .operator) { try await addUser($0) },
            page(.post, "/console/accounts/:account/keys/:key/revoke", for: .operator) { visit in
                let wanted = try wanted(visit)
                let key = visit.request.parameters["key"].flatMap { KeyID(text: $0) }
                guard let key, try administration.keys(of: wanted.record.id.description).contains(where: { $0.record.id == key })
                else { return visit.message("notfound", status: 404) }
                _ = try await administration.revokeKey(key.description)
                return try await account(visit, wanted, success: visit.text("keys.revoked"))
            },
            page(.post, "/console/users/:user/invite", for: .operator) { visit in
                let user = try user(visit)
                return try await account(visit, of: user, link: await link(for: user, visit))
            },
            page(.post, "/console/users/:user/disable", for: .operator) { visit in
                let user = try user(visit)
                // Nobody locks themselves out.
                if user.id != visit.visitor.user.id { await signIn.disable(user.id) }
                return try await account(visit, of: user)
            },
            page(.post, "/console/users/:user/enable", for: .operator) { visit in
                let user = try user(visit)
                await signIn.enable(user.id)
                return try await account(visit, of: user)
            },
        ]
    }

    private func accounts(_ visit: Visit, problem: Complaint? = nil) -> PageAnswer {
        let accounts = administration.accounts().map { account -> View in
            [
                "id": .text(account.record.id.description), "name": .text(account.record.name),
                "live": .text(account.live.available.brief), "held": .text((account.live.held + account.test.held).brief),
                "test": .text(account.test.available.brief), "created": .text(account.record.created.shown),
            ]
        }
        return visit.page(
            "accounts", title: visit.text("nav.accounts"),
            ["accounts": .list(accounts), "name": .text(problem == nil ? "" : visit.form["name"] ?? "")],
            problem: problem?.sentence(visit.language), status: problem?.status ?? 200)
    }

    private func wanted(_ visit: Visit) throws(Complaint) -> AccountSummary {
        let id = AccountID(text: visit.request.parameters["account"] ?? "")
        guard let account = id.flatMap(administration.summary) else { throw Complaint("notfound", status: 404) }
        return account
    }

    private func user(_ visit: Visit) throws(Complaint) -> UserRecord {
        let id = UserID(text: visit.request.parameters["user"] ?? "")
        guard let user = id.flatMap(signIn.user) else { throw Complaint("notfound", status: 404) }
        return user
    }

    private func account(_ visit: Visit, of user: UserRecord, link: String? = nil) async throws -> PageAnswer {
        guard let account = administration.summary(of: user.account) else { throw Complaint("notfound", status: 404) }
        return try await self.account(visit, account, link: link)
    }

    private static let movementsShown = 20

    private func account(
        _ visit: Visit, _ account: AccountSummary, link: String? = nil, problem: Complaint? = nil, success: String? = nil
    ) async throws -> PageAnswer {
        let id = account.record.id
        // As it is after what was just done.
        let account = administration.summary(of: id) ?? account
        func movements(_ book: Book) async throws -> View {
            let lines = try await administration.movements(
                of: Purse(account: id, book: book), before: nil, limit: Console.movementsShown)
            return [
                "movements": .list(lines.map { movement(visit, $0, isOwn: id == visit.account.record.id && book == visit.book) })
            ]
        }
        let debt = topUps.debt(of: Purse(account: id, book: .live))
        let form = problem == nil ? FormFields("") : visit.form
        return visit.page(
            "account", title: "\(account.record.name) · \(id)",
            [
                "id": .text(id.description), "account": .text(id.description), "live": .text(account.live.available.brief),
                "liveHeld": .text(account.live.held.brief), "test": .text(account.test.available.brief),
                "testHeld": .text(account.test.held.brief), "link": .optional(link),
                "debt": .optional(debt > .zero ? visit.text("overview.debt", debt.brief) : nil),
                "amount": .text(form["amount"] ?? ""), "reason": .text(form["reason"] ?? ""), "login": .text(form["login"] ?? ""),
                "users": .list(signIn.users.filter { $0.account == id }.map { person(visit, $0) }),
                "keys": .list(try administration.keys(of: id.description).reversed().prefix(100).map { key(visit, $0) }),
                "liveMovements": try await movements(.live), "testMovements": try await movements(.test),
            ], problem: problem?.sentence(visit.language), success: success, status: problem?.status ?? 200)
    }

    private func person(_ visit: Visit, _ user: UserRecord) -> View {
        let state = user.disabled != nil ? "account.disabled" : user.password == nil ? "account.invited" : nil
        return [
            "id": .text(user.id.description), "login": .text(user.login), "role": .text(visit.text("role.\(user.role.rawValue)")),
            "state": .optional(state.map { visit.text($0) }),
            "canDisable": .flag(user.disabled == nil && user.id != visit.visitor.user.id),
            "canEnable": .flag(user.disabled != nil),
        ]
    }

    private func moveMoney(_ visit: Visit) async throws -> PageAnswer {
        let wanted = try wanted(visit)
        do {
            let amount = try visit.money("amount", label: "col.amount")
            let book = visit.form["book"].flatMap(Book.init(rawValue:)) ?? .live
            let (id, reason) = (wanted.record.id.description, visit.form["reason"] ?? "")
            let moved: (account: AccountSummary, entry: EntryID, repeated: Bool)
            let takes = visit.form["do"] == "take"
            do throws(LedgerRejection) {
                moved =
                    takes
                    ? try await administration.adjust(amount, of: id, book: book, reason: reason)
                    : try await administration.grant(amount, to: id, book: book, reference: reason)
            } catch { throw error.complaint }
            logger.notice(
                "console.money_moved",
                metadata: ["by": "\(visit.visitor.user.login)", "entry": "\(moved.entry)", "repeated": "\(moved.repeated)"])
            let news =
                moved.repeated
                ? visit.text("account.repeated")
                : visit.text("account.added", moved.entry.description, (takes ? Money.zero - amount : amount).signed)
            return try await account(visit, wanted, success: news)
        } catch let complaint as Complaint { return try await account(visit, wanted, problem: complaint) }
    }

    private func addUser(_ visit: Visit) async throws -> PageAnswer {
        let wanted = try wanted(visit)
        let role = visit.form["role"].flatMap(UserRecord.Role.init(rawValue:)) ?? .customer
        do throws(SignInFailure) {
            let user = try await signIn.createUser(visit.form["login"] ?? "", role: role, account: wanted.record.id)
            return try await linked(visit, wanted, user)
        } catch { return try await account(visit, wanted, problem: error.complaint) }
    }

    private func linked(_ visit: Visit, _ wanted: AccountSummary, _ user: UserRecord) async throws(SignInFailure) -> PageAnswer {
        let link = await link(for: user, visit)
        do { return try await account(visit, wanted, link: link) } catch { throw .busy }
    }

    private func link(for user: UserRecord, _ visit: Visit) async -> String? {
        await signIn.invite(user.id).map { "\(site(visit.request))/console/invitation?token=\($0)" }
    }
}
