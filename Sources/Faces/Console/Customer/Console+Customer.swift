import Commerce
import Gateway
import Units
import Wire

/// What everybody who signs in sees of their account.
extension Console {
    var customerPages: [Page] {
        [
            page(.get, "/console") { try await overview($0) },
            page(.get, "/console/keys") { try keys($0) },
            page(.post, "/console/keys") { try await createKey($0) },
            page(.post, "/console/keys/:id/revoke") { try await revokeKey($0) },
            page(.get, "/console/usage") { try await usage($0) },
            page(.get, "/console/usage.csv") { try await usageFile($0) },
            page(.get, "/console/statement") { try await statement($0) },
            page(.get, "/console/statement.csv") { try await statementFile($0) },
            page(.get, "/console/statement/:id") { try await entry($0) },
            page(.get, "/console/settings") { settings($0) },
            page(.post, "/console/settings/password") { try await changePassword($0) },
            page(.post, "/console/settings/alert") { try await setAlert($0) },
        ]
    }

    // MARK: Overview

    /// Below it the overview says that the balance is low, unless the account has a threshold of its own.
    static let lowBalance = Money(nanodollars: Money.nanodollarsPerDollar)

    private func overview(_ visit: Visit) async throws -> PageAnswer {
        let today = clock.now()
        let lines = try await administration.usage(
            of: visit.account.record.id.description, book: visit.book, from: start(days: 31, before: today), to: nil, model: nil)
        let month = String(today.description.prefix(7))
        let holds = try await administration.openHolds(of: visit.purse)
        let debt = topUps.debt(of: visit.purse)
        let available = visit.balance.available
        let low = (visit.book == .live ? topUps.alert(of: visit.account.record.id)?.threshold : nil) ?? Console.lowBalance
        return visit.page(
            "overview", title: visit.text("nav.overview"),
            [
                "available": .text(available.brief), "held": .text(visit.balance.held.brief),
                "today": .text(lines.filter { $0.day == today.dayShown }.reduce(Money.zero) { $0 + $1.cost }.brief),
                "month": .text(lines.filter { $0.day.hasPrefix(month) }.reduce(Money.zero) { $0 + $1.cost }.brief),
                "chart": Chart.view(days(30, until: today, of: lines)),
                "debt": .optional(debt > .zero ? visit.text("overview.debt", debt.brief) : nil),
                "low": .optional(available < low ? visit.text("overview.low", available.brief) : nil),
                "hasRequests": .flag(!holds.isEmpty),
                "requests": .list(
                    holds.prefix(50).map { hold in
                        [
                            "request": .text(hold.request?.description ?? ""), "at": .text(hold.at.shown),
                            "note": .text(hold.note),
                            "amount": .text((Money.zero - hold.amount).brief),
                        ]
                    }),
            ])
    }

    /// Midnight (UTC), so many days before.
    func start(days: Int64, before now: Instant) -> Instant {
        Instant(seconds: now.seconds - now.seconds % 86_400).advanced(bySeconds: -(days - 1) * 86_400)
    }

    private func days(_ count: Int64, until now: Instant, of lines: [UsageLine]) -> [(day: String, amount: Money)] {
        var costs: [String: Money] = [:]
        for line in lines { costs[line.day, default: .zero] += line.cost }
        return (0..<count).map { index in
            let day = start(days: count, before: now).advanced(bySeconds: index * 86_400).dayShown
            return (day, costs[day] ?? .zero)
        }
    }

    // MARK: Keys

    /// What the playground makes for itself, and lists no longer once it is over.
    static let playgroundLabel = "playground"

    private func keys(_ visit: Visit, secret: String? = nil, problem: Complaint? = nil, success: String? = nil) throws
        -> PageAnswer
    {
        let now = clock.now()
        let keys = try administration.keys(of: visit.account.record.id.description)
            .filter { $0.record.label != Console.playgroundLabel || ($0.record.expires ?? now) > now }
        let form = problem == nil ? FormFields("") : visit.form
        return visit.page(
            "keys", title: visit.text("nav.keys"),
            [
                "secret": .optional(secret), "label": .text(form["label"] ?? ""), "limit": .text(form["limit"] ?? ""),
                "models": .text(form["models"] ?? ""), "expires": .text(form["expires"] ?? ""),
                "makeLabel": .text(visit.text(visit.book == .live ? "keys.make_live" : "keys.make_test")),
                "keys": .list(keys.reversed().map { key(visit, $0) }),
            ], problem: problem?.sentence(visit.language), success: success, status: problem?.status ?? 200)
    }

    func key(_ visit: Visit, _ key: (record: KeyRecord, spent: Money)) -> View {
        let record = key.record
        let now = clock.now()
        let state =
            if let revoked = record.revoked {
                visit.text("keys.was_revoked", revoked.shown)
            } else if let expires = record.expires {
                visit.text(expires <= now ? "keys.expired" : "keys.until", expires.shown)
            } else { visit.text("keys.valid") }
        return [
            "id": .text(record.id.description), "prefix": .text(record.prefix), "label": .text(record.label),
            "mode": .text(visit.text("mode.word_\(record.book.rawValue)")),
            "models": .text(record.models?.joined(separator: ", ") ?? visit.text("keys.all")), "spent": .text(key.spent.brief),
            "limit": .text(record.limit.map { "$" + $0.brief } ?? visit.text("keys.no_limit")), "state": .text(state),
            "canRevoke": .flag(record.revoked == nil && (record.expires.map { $0 > now } ?? true)),
        ]
    }

    private func createKey(_ visit: Visit) async throws -> PageAnswer {
        do {
            var wish = KeyWish(
                account: visit.account.record.id.description, book: visit.book, label: visit.form["label"] ?? "")
            if visit.form["limit"] != nil { wish.limit = try visit.money("limit", label: "keys.limit") }
            wish.expires = try visit.day("expires", label: "keys.expires")
            if let typed = visit.form["models"] {
                let names = typed.split(separator: ",").map { $0.filter { $0 != " " } }
                guard !names.isEmpty, names.allSatisfy(backstage.models.map(\.id).contains) else {
                    throw visit.invalid("keys.models", expected: "expected.models", got: typed)
                }
                wish.models = names
            }
            let minted: MintedKey
            do throws(LedgerRejection) { minted = try await administration.createKey(wish) } catch { throw error.complaint }
            return try keys(visit, secret: minted.secret)
        } catch let complaint as Complaint { return try keys(visit, problem: complaint) }
    }

    private func revokeKey(_ visit: Visit) async throws -> PageAnswer {
        let id = visit.request.parameters["id"] ?? ""
        let own = try administration.keys(of: visit.account.record.id.description)
        guard own.contains(where: { $0.record.id == KeyID(text: id) }) else { return visit.message("notfound", status: 404) }
        _ = try await administration.revokeKey(id)
        return try keys(visit, success: visit.text("keys.revoked"))
    }

    // MARK: Usage

    private func usage(_ visit: Visit) async throws -> PageAnswer {
        let now = clock.now()
        let days = Int64(visit.request.query["days"] ?? "").flatMap { [7, 30, 90].contains($0) ? $0 : nil } ?? 30
        let from = start(days: days, before: now)
        let account = visit.account.record.id.description
        let model = visit.request.query["model"]
        let lines = try await administration.usage(of: account, book: visit.book, from: from, to: nil, model: model)
        let keys = try administration.keys(of: account)
        let byKey = try await administration.usageByKey(of: visit.purse, from: from, to: nil)
        return visit.page(
            "usage", title: visit.text("nav.usage"),
            [
                "days": .text(String(days)), "model": .text(model ?? ""),
                "total": .text(lines.reduce(Money.zero) { $0 + $1.cost }.brief),
                "ranges": .list(
                    [7, 30, 90].map { range in
                        [
                            "days": .text(String(range)), "name": .text(visit.text("usage.days", String(range))),
                            "isChosen": .flag(range == days),
                        ]
                    }),
                "models": .list(
                    backstage.models.map { ["name": .text($0.id), "isChosen": .flag($0.id == model)] }),
                "chart": Chart.view(self.days(days, until: now, of: lines)),
                "lines": .list(
                    lines.reversed().map { line in
                        [
                            "day": .text(line.day), "model": .text(line.model), "requests": .text(String(line.requests)),
                            "input": .text(String(line.promptTokens)), "cached": .text(String(line.cachedTokens)),
                            "output": .text(String(line.completionTokens)), "images": .text(String(line.images)),
                            "characters": .text(String(line.characters)), "cost": .text(line.cost.brief),
                        ]
                    }),
                "keys": .list(
                    byKey.compactMap { used in
                        keys.first { $0.record.id == used.key }.map { key in
                            [
                                "prefix": .text(key.record.prefix), "label": .text(key.record.label),
                                "requests": .text(String(used.requests)), "cost": .text(used.cost.brief),
                            ]
                        }
                    }),
            ])
    }

    private func usageFile(_ visit: Visit) async throws -> PageAnswer {
        let days = Int64(visit.request.query["days"] ?? "").flatMap { (1...366).contains($0) ? $0 : nil } ?? 30
        let lines = try await administration.usage(
            of: visit.account.record.id.description, book: visit.book, from: start(days: days, before: clock.now()), to: nil,
            model: visit.request.query["model"])
        let rows = lines.map { line in
            [
                line.day, line.model, String(line.requests), String(line.promptTokens), String(line.cachedTokens),
                String(line.completionTokens), String(line.images), String(line.characters), line.cost.description,
            ]
        }
        let header = [
            "day", "model", "requests", "prompt_tokens", "cached_tokens", "completion_tokens", "images", "characters", "cost",
        ]
        return Frame.file("usage-\(visit.book.rawValue).csv", type: "text/csv; charset=utf-8", csv([header] + rows))
    }

    // MARK: The statement

    private static let movementsPerPage = 50

    private func statement(_ visit: Visit) async throws -> PageAnswer {
        let before = visit.request.query["before"].flatMap { Int64($0) }.map(EntryID.init)
        let movements = try await administration.movements(of: visit.purse, before: before, limit: Console.movementsPerPage)
        let older = movements.count == Console.movementsPerPage ? movements.last.map { String($0.id.value) } : nil
        let held = visit.balance.held
        return visit.page(
            "statement", title: visit.text("nav.statement"),
            [
                "available": .text(visit.balance.available.brief), "held": .optional(held > .zero ? held.brief : nil),
                "movements": .list(movements.map { movement(visit, $0) }), "older": .optional(older),
            ])
    }

    func movement(_ visit: Visit, _ line: StatementLine, isOwn: Bool = true) -> View {
        [
            "id": .text(line.id.description), "at": .text(line.at.shown), "kind": .text(visit.text("kind.\(line.kind.rawValue)")),
            "amount": .text(line.amount.signed), "balance": .text(line.balanceAfter.brief), "note": .text(line.note),
            "href": isOwn ? .text("/console/statement/\(line.id.value)") : false,
        ]
    }

    private func statementFile(_ visit: Visit) async throws -> PageAnswer {
        let lines = try await administration.statement(
            of: visit.account.record.id.description, book: visit.book, from: nil, to: nil)
        let rows = lines.map { line in
            [
                line.id.description, line.at.description, line.kind.rawValue, line.amount.description,
                line.balanceAfter.description,
                line.request?.description ?? "", line.note,
            ]
        }
        let header = ["entry", "at", "kind", "amount", "balance_after", "request", "note"]
        return Frame.file("statement-\(visit.book.rawValue).csv", type: "text/csv; charset=utf-8", csv([header] + rows))
    }

    private func entry(_ visit: Visit) async throws -> PageAnswer {
        guard let id = Int64(visit.request.parameters["id"] ?? ""), (1..<Int64.max).contains(id),
            let line = try await administration.movements(of: visit.purse, before: EntryID(id + 1), limit: 1).first,
            line.id == EntryID(id)
        else { return visit.message("notfound", status: 404) }
        // The arithmetic ends with where the quantities come from and the price's version.
        let version = administration.prices.last { line.note.contains(", \($0.id))") }
        func says(_ word: String) -> View { .flag(line.kind == .charge && line.note.contains("(\(word), price_")) }
        return visit.page(
            "entry", title: visit.text("entry.title", line.id.description),
            [
                "at": .text(line.at.shown), "kind": .text(visit.text("kind.\(line.kind.rawValue)")),
                "amount": .text(line.amount.signed), "balance": .text(line.balanceAfter.brief),
                "request": .optional(line.request?.description), "note": .text(line.note),
                "isCharge": .flag(line.kind == .charge), "isMeasured": says("measured"), "isCounted": says("counted"),
                "isProvisional": says("provisional"),
                "price": version.map { version in
                    [
                        "name": .text(version.id.description), "text": .text(priceText(version.price, visit.language)),
                        "since": .text(version.since.shown),
                    ]
                } ?? false,
            ])
    }

    // MARK: Settings

    private func settings(_ visit: Visit, problem: Complaint? = nil, success: String? = nil) -> PageAnswer {
        let sessions = signIn.sessions(of: visit.visitor.user.id).reversed().map { session -> View in
            [
                "since": .text(session.created.shown), "until": .text(session.expires.shown), "agent": .text(session.agent),
                "isThis": .flag(session.id == visit.visitor.session.id),
            ]
        }
        let alert = topUps.alert(of: visit.account.record.id)
        let form = problem == nil ? FormFields("") : visit.form
        return visit.page(
            "settings", title: visit.text("nav.settings"),
            [
                "login": .text(visit.visitor.user.login), "sessions": .list(sessions),
                "secret": .text(backstage.callbackSecret(visit.account.record.id)), "account": .text(visit.account.record.name),
                "accountID": .text(visit.account.record.id.description),
                "threshold": .text(form["threshold"] ?? alert?.threshold.brief ?? "5.00"),
                "address": .text(form["address"] ?? alert?.address ?? ""),
            ], problem: problem?.sentence(visit.language), success: success, status: problem?.status ?? 200)
    }

    private func changePassword(_ visit: Visit) async throws -> PageAnswer {
        do throws(SignInFailure) {
            try await signIn.changePassword(visit.visitor, from: visit.form["old"] ?? "", to: visit.form["new"] ?? "")
            return settings(visit, success: visit.text("settings.changed"))
        } catch {
            return settings(visit, problem: error == .wrong ? Complaint("settings.wrong", status: 401) : error.complaint)
        }
    }

    private func setAlert(_ visit: Visit) async throws -> PageAnswer {
        do {
            let threshold = try visit.money("threshold", label: "settings.threshold")
            let typed = visit.form["address"]
            let address = typed.flatMap { CallbackAddress.address($0, allowsLoopback: backstage.allowsLoopbackCallback) }
            if let typed, address == nil { throw visit.invalid("settings.address", expected: "expected.address", got: typed) }
            do throws(TopUpFailure) {
                try await topUps.setAlert(of: visit.account.record.id, threshold: threshold, address: address)
            } catch { throw error.complaint }
            return settings(visit, success: visit.text(address == nil ? "settings.alert_off" : "settings.alert_on"))
        } catch let complaint as Complaint { return settings(visit, problem: complaint) }
    }

    // MARK: What pages share

    /// Comma-separated values as spreadsheets read them. A cell that a spreadsheet would take for a formula begins with an apostrophe.
    func csv(_ rows: [[String]]) -> String {
        rows.map { row in
            row.map { cell in
                let isFormula =
                    cell.first.map { "=+@\t".contains($0) } == true || (cell.first == "-" && Money(decimal: cell) == nil)
                let safe = isFormula ? "'" + cell : cell
                let isPlain = safe.utf8.allSatisfy { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "\"") && $0 >= 0x20 }
                return isPlain ? safe : "\"" + safe.replacing("\"", with: "\"\"") + "\""
            }.joined(separator: ",")
        }.joined(separator: "\r\n") + "\r\n"
    }

    /// A price in words.
    func priceText(_ price: ModelPrice, _ language: Language) -> String {
        func dollars(_ rate: Rate) -> String { "$" + Money(nanodollars: rate.nanodollarsPerMillion).brief }
        switch price.unit {
        case .image:
            let each = "$" + Money(nanodollars: price.output.nanodollarsPerMillion / 1_000_000).brief
            return Texts.all.text("prices.image", in: language, [each])
        case .character: return Texts.all.text("prices.characters", in: language, [dollars(price.input)])
        case .token:
            guard let cached = price.cachedInput else {
                return Texts.all.text("prices.tokens", in: language, [dollars(price.input), dollars(price.output)])
            }
            return Texts.all.text(
                "prices.tokens_cached", in: language, [dollars(price.input), dollars(cached), dollars(price.output)])
        }
    }
}
