import ArgumentParser
import Commerce
import Gateway
import SQLiteStores
import TestKit
import Units

/// A data directory with as many keys and entries as asked for, made by the ledger itself: what a server finds after a while.
struct FilledBooks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "books", abstract: "Make a data directory with many keys and entries.")

    @Option(help: "The directory to make; it must not hold books yet.")
    var data: String
    @Option(help: "API keys.")
    var keys = 10_000
    @Option(help: "Accounts, with about as many keys each.")
    var accounts = 1000
    @Option(help: "Entries of the ledger, at least: a hold and a settlement are two.")
    var entries = 0

    private struct Made: Encodable {
        let keys, accounts, entries: Int
        /// The secret of a key that can be used.
        let key: String
    }

    /// Records in a commit: a few thousand make the disk's part small and keep memory flat.
    private static let recordsPerCommit = 5000

    func run() throws {
        let directory = try DataDirectory(data)
        let pepper = try directory.pepper()
        let store = try SQLiteLedgerStore(path: directory.databasePath, pepper: pepper)
        let clock = SystemClock()
        var (ledger, _) = try Recovery.begin(store, prices: [], clock: clock)
        guard ledger.accounts.isEmpty else { throw ValidationError("\(data) holds books already") }

        var pending: [LedgerRecord] = []
        var posted = 0
        func keep(_ records: [LedgerRecord]) throws {
            for case .entry in records { posted += 1 }
            pending += records
            if pending.count >= FilledBooks.recordsPerCommit { try commit() }
        }
        func commit() throws {
            try store.commit(pending)
            pending = []
        }
        let customers = try Customers(
            keys: keys, accounts: accounts, in: &ledger, mint: KeyMint(pepper: pepper), at: clock.now(), keep: keep)
        var random = Seed(1)
        var number = 0
        while posted < entries {
            let request = Customers.requestID(using: &random)
            let held = ledger.step(.hold(customers.hold(by: number, request: request)), at: clock.now())
            guard case .held(let funds) = held.outcome else { throw Surprise(what: "a hold") }
            let closed = ledger.step(Customers.settle(funds.hold), at: clock.now())
            guard case .closed = closed.outcome else { throw Surprise(what: "a settlement") }
            try keep(held.records + closed.records)
            number += 1
        }
        if !pending.isEmpty { try commit() }
        try LedgerBenchmark.print(
            Made(keys: keys, accounts: ledger.accounts.count, entries: posted, key: customers.secret))
    }
}
