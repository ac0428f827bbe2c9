package import Commerce
import Gateway
package import Inference
import Units
package import Wire

extension AccountDocument {
    init(_ summary: AccountSummary) {
        self.init(
            id: summary.record.id.description, name: summary.record.name, balance: summary.live.available.description,
            held: summary.live.held.description, testBalance: summary.test.available.description,
            testHeld: summary.test.held.description, created: summary.record.created.description)
    }
}

extension GrantDocument {
    init(_ grant: (account: AccountSummary, entry: EntryID, repeated: Bool)) {
        self.init(
            account: grant.account.record.name, accountId: grant.account.record.id.description,
            balance: grant.account.live.available.description, testBalance: grant.account.test.available.description,
            entry: grant.entry.description, repeated: grant.repeated)
    }
}

extension NewKeyDocument {
    init(_ minted: MintedKey) {
        self.init(
            id: minted.record.id.description, key: minted.secret, account: minted.account.name,
            accountId: minted.account.id.description, mode: minted.record.book.rawValue)
    }
}

extension KeyDocument {
    init(_ key: KeyRecord, spent: Money, account: String) {
        self.init(
            id: key.id.description, account: account, accountId: key.account.description, mode: key.book.rawValue,
            prefix: key.prefix, label: key.label, models: key.models, limit: key.limit?.description, spent: spent.description,
            expires: key.expires?.description, created: key.created.description, revoked: key.revoked?.description,
            rates: (key.rates?.amounts ?? [:]).reduce(into: [:]) { all, rate in
                all[rate.key] = rate.key.hasPrefix("spend") ? Money(nanodollars: rate.value).description : String(rate.value)
            }, caches: key.caches)
    }
}

extension VerdictDocument {
    package init(_ verdict: LedgerVerdict) {
        switch verdict {
        case .ok(let entries, let accounts): self.init(entries: entries, accounts: accounts)
        case .disagreement(let sentence): self.init(disagreement: sentence)
        }
    }
}

extension StatementDocument.Entry {
    init(_ line: StatementLine) {
        self.init(
            id: line.id.description, at: line.at.description, kind: line.kind.rawValue, amount: line.amount.description,
            balanceAfter: line.balanceAfter.description, request: line.request?.description, note: line.note)
    }
}

extension UsageDocument.Line {
    init(_ line: UsageLine) {
        self.init(
            day: line.day, model: line.model, requests: line.requests, promptTokens: line.promptTokens,
            cachedTokens: line.cachedTokens, completionTokens: line.completionTokens, images: line.images,
            characters: line.characters,
            cost: line.cost.description)
    }
}

extension MarginDocument.Line {
    init(_ line: MarginLine) {
        self.init(
            day: line.day, model: line.model, requests: line.requests, requestsWithoutCost: line.requestsWithoutCost,
            charged: line.charged.description, attempts: line.attempts, attemptsFailed: line.attemptsFailed,
            cost: line.cost.description, margin: line.margin.description, billedUnits: line.billedUnits,
            reportedUnits: line.reportedUnits)
    }
}

extension EngineCheckDocument {
    /// Contacts every engine at once and lists what was found in their order.
    package init(checking engines: [any Inference.Engine]) async {
        let found = await withTaskGroup(of: (Int, Engine).self) { group in
            for (index, engine) in engines.enumerated() {
                group.addTask {
                    let report = await engine.check()
                    let line = Engine(
                        name: engine.name, usable: report.usable, summary: report.summary,
                        latencyMs: report.latencyMilliseconds)
                    return (index, line)
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        self.init(engines: engines.indices.compactMap { found[$0] })
    }
}
