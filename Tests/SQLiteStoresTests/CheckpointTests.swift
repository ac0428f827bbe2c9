import Commerce
import Foundation
import GRDB
import SQLiteStores
import TestKit
import Testing
import Units

@Suite struct `Checkpoints` {
    @Test func `rest carries the log into the database, so that the file alone has everything`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let store = play.stage.store
        let log = play.stage.path + "-wal"
        #expect(try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0 > 0)
        try store.rest()

        let alone = play.stage.path + ".alone"
        try FileManager.default.copyItem(atPath: play.stage.path, toPath: alone)
        defer { try? FileManager.default.removeItem(atPath: alone) }
        let last = try DatabaseQueue(path: alone).read { try Int64.fetchOne($0, sql: "SELECT max(id) FROM entries") }
        #expect(last == (try store.load().lastEntry.value))
    }

    @Test func `rest waits for no reader, and loses nothing it reads`() throws {
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        let store = play.stage.store
        var configuration = Configuration()
        configuration.readonly = true
        let reader = try DatabaseQueue(path: play.stage.path, configuration: configuration)
        try reader.read { db in
            let before = try Int64.fetchOne(db, sql: "SELECT max(id) FROM entries")
            var ledger = play.ledger
            let grant = ledger.step(
                .grant(purse: Purse(account: AccountID(2), book: .live), amount: Money(nanodollars: 5), reference: "x"),
                at: Instant(seconds: 9))
            try store.commit(grant.records)
            let start = ContinuousClock.now
            try store.rest()
            #expect(ContinuousClock.now - start < .seconds(2), "a reader's lock would be waited for much longer")
            #expect(try Int64.fetchOne(db, sql: "SELECT max(id) FROM entries") == before)
        }
        #expect(
            try store.verify() == .ok(entries: Int(try store.load().lastEntry.value), accounts: try store.load().accounts.count))
    }
}
