import Commerce
import Foundation
package import Gateway
package import Inference
import Units
package import Wire

/// Answers operators' requests, line for line: reads the request, has ``Administration`` carry it out, writes the answer down.
package struct ControlDesk: Sendable {
    private let administration: Administration
    private let topUps: TopUps
    private let console: ConsoleControl
    private let catalog: ModelCatalog
    private let engines: [any Engine]
    private let otherModels: [String]
    private let images: ImageControl

    /// - Parameter images: how the jobs are come by: a server has them, a command that works alone takes them up when it is asked.
    package init(
        administration: Administration, topUps: TopUps, console: ConsoleControl, catalog: ModelCatalog, engines: [any Engine],
        otherModels: [String],
        images: @escaping @Sendable () async throws -> ImageJobs
    ) {
        self.administration = administration
        self.topUps = topUps
        self.console = console
        self.catalog = catalog
        self.engines = engines
        self.otherModels = otherModels
        self.images = ImageControl(administration: administration, jobs: images)
    }

    /// Never throws: what cannot be done is answered with a refusal.
    package func answer(_ line: [UInt8]) async -> [UInt8] {
        do {
            return try await ControlLine.bytes(of: carryOut(ControlLine.request(in: line)))
        } catch {
            return ControlDesk.refusal(ControlRefusal(error))
        }
    }

    /// The answer that `refusal` is.
    package static func refusal(_ refusal: ControlRefusal) -> [UInt8] {
        do {
            return try ControlLine.bytes(of: refusal)
        } catch {
            preconditionFailure("two strings are always JSON")
        }
    }

    private func carryOut(_ request: ControlRequest) async throws -> any Encodable & Sendable {
        switch request {
        case .openAccount(let name): AccountDocument(try await administration.openAccount(named: name))
        case .listAccounts: AccountsDocument(accounts: administration.accounts().map(AccountDocument.init))
        case .showAccount(let account): AccountDocument(try administration.account(account))
        case .createKey(let account, let test, let label, let models, let limit, let expires, let rates, let caches):
            NewKeyDocument(
                try await administration.createKey(
                    wish(
                        KeyWish(
                            account: account, book: book(test), label: label, models: try models.map(known),
                            limit: try limit.map { try money($0, field: "limit") },
                            expires: try expires.map { try instant($0, field: "expires") }), rates, caches: caches)))
        case .listKeys(let account): KeysDocument(keys: try administration.keys(of: account).map(keyDocument))
        case .revokeKey(let id): try await revokeKey(id)
        case .grantCredit(let account, let amount, let reference, let test):
            GrantDocument(
                try await administration.grant(
                    money(amount, field: "amount"), to: account, book: book(test), reference: reference))
        case .adjustCredit(let account, let amount, let reason, let test):
            GrantDocument(
                try await administration.adjust(money(amount, field: "amount"), of: account, book: book(test), reason: reason))
        case .createCodes(let amount, let count, let expires, let test):
            CodesDocument(
                made: try await topUps.createCodes(
                    count, amount: try money(amount, field: "amount"), book: book(test),
                    expires: try expires.map { try instant($0, field: "expires") }))
        case .listCodes: CodesDocument(listed: topUps.codes)
        case .revokeCode(let id): CodesDocument(listed: [try await topUps.revokeCode(id)])
        case .consoleLink(let login): try await console.link(login: login)
        case .verifyLedger: VerdictDocument(try await administration.verify())
        case .statement(let account, let test, let from, let to):
            try await statement(of: account, book: book(test), in: Period(from: from, to: to))
        case .usage(let account, let test, let from, let to, let model):
            try await usage(of: account, book: book(test), in: Period(from: from, to: to), model: model)
        case .margin(let from, let to, let model): try await margin(in: Period(from: from, to: to), model: model)
        case .checkEngines: await EngineCheckDocument(checking: engines)
        case .listImageJobs(let state, let account, let all): try await images.list(state: state, account: account, all: all)
        case .showImageJob(let id): try await images.show(id)
        case .cancelImageJob(let id): try await images.cancel(id)
        case .backUp(let path): try await backUp(to: path)
        case .restore: throw ControlRefusal.serving
        }
    }

    /// Names as keys hold them: a model's own, which is not the dated one of its answers.
    private func known(_ names: [String]) throws(ControlRefusal) -> [String] {
        let ids = catalog.chat.map(\.id) + otherModels
        guard let name = names.first(where: { !ids.contains($0) }) else { return names }
        let hint = (catalog.chatModel(name)?.id ?? nearestName(to: name, among: ids)).map { "; did you mean \($0)?" } ?? ""
        throw ControlRefusal(
            code: "invalid_models",
            message: "models: expected names of models in the catalog, got \(name.prefix(80))\(hint)")
    }

    private func wish(_ wish: KeyWish, _ rates: [String: String], caches: Bool) throws(ControlRefusal) -> KeyWish {
        var (wish, amounts) = (wish, [String: Int64]())
        for (name, text) in rates {
            let isMoney = name.hasPrefix("spend")
            amounts[name] = isMoney ? try money(text, field: name).nanodollars : Int64(text) ?? 0
            guard RateLimits(amounts: amounts) != nil else {
                let expected = isMoney ? "US dollars above 0" : "a whole number from 1 to \(RateLimits.most)"
                throw ControlRefusal(code: "invalid_limit", message: "\(name): expected \(expected), got \(text.prefix(80))")
            }
        }
        wish.rates = amounts.isEmpty ? nil : RateLimits(amounts: amounts)
        wish.caches = caches
        return wish
    }

    private func revokeKey(_ id: String) async throws -> KeysDocument {
        let revoked = try await administration.revokeKey(id)
        let listed = try administration.keys(of: revoked.account.description).filter { $0.record.id == revoked.id }
        return KeysDocument(keys: listed.map(keyDocument))
    }

    private func statement(of account: String, book: Book, in period: Period) async throws -> StatementDocument {
        let summary = try administration.account(account)
        let lines = try await administration.statement(of: account, book: book, from: period.from, to: period.to)
        return StatementDocument(
            account: summary.record.name, accountId: summary.record.id.description, mode: book.rawValue,
            entries: lines.map(StatementDocument.Entry.init))
    }

    private func usage(of account: String, book: Book, in period: Period, model: String?) async throws -> UsageDocument {
        let summary = try administration.account(account)
        let lines = try await administration.usage(
            of: account, book: book, from: period.from, to: period.to, model: model)
        return UsageDocument(
            account: summary.record.name, accountId: summary.record.id.description, mode: book.rawValue,
            usage: lines.map(UsageDocument.Line.init), cost: lines.reduce(.zero) { $0 + $1.cost }.description)
    }

    private func margin(in period: Period, model: String?) async throws -> MarginDocument {
        let lines = try await administration.margins(from: period.from, to: period.to, model: model)
        let (charged, cost) = lines.reduce((Money.zero, Money.zero)) { ($0.0 + $1.charged, $0.1 + $1.cost) }
        return MarginDocument(
            days: lines.map(MarginDocument.Line.init), charged: charged.description, cost: cost.description,
            margin: (charged - cost).description)
    }

    private func backUp(to path: String) async throws -> BackupDocument {
        guard path.hasPrefix("/") else {
            throw ControlRefusal(code: "invalid_path", message: "a backup needs an absolute path, got \(path)")
        }
        guard !FileManager.default.fileExists(atPath: path) else {
            throw ControlRefusal(code: "file_exists", message: "\(path) exists already; a backup never overwrites a file")
        }
        try await administration.backUp(to: path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return BackupDocument(backup: path, bytes: (attributes[.size] as? NSNumber)?.intValue ?? 0)
    }

    private func keyDocument(_ key: (record: KeyRecord, spent: Money)) -> KeyDocument {
        KeyDocument(
            key.record, spent: key.spent, account: administration.summary(of: key.record.account)?.record.name ?? "")
    }
}

private func book(_ test: Bool) -> Book { test ? .test : .live }

private func money(_ text: String, field: String) throws(ControlRefusal) -> Money {
    guard let money = Money(decimal: text) else {
        throw ControlRefusal(
            code: "invalid_\(field)",
            message: "\(field): expected US dollars with at most nine decimals, such as 5.00, got \(text.prefix(80))")
    }
    return money
}

private func instant(_ text: String, field: String) throws(ControlRefusal) -> Instant {
    guard let instant = Instant(iso8601: text) else {
        throw ControlRefusal(
            code: "invalid_\(field)",
            message: "\(field): expected an ISO 8601 time such as 2027-01-31 or 2027-01-31T12:00:00Z, got \(text.prefix(80))")
    }
    return instant
}

/// From a moment up to, not including, another. A date alone as the end means the end of that day.
private struct Period {
    let from: Instant?
    let to: Instant?

    init(from: String?, to: String?) throws(ControlRefusal) {
        self.from = if let from { try instant(from, field: "from") } else { nil }
        guard let to else {
            self.to = nil
            return
        }
        let end = try instant(to, field: "to")
        self.to = to.utf8.count == "2027-01-31".utf8.count ? end.advanced(bySeconds: 86_400) : end
    }
}
