import Commerce
import Foundation
import SQLiteStores
import TestKit
import Testing
import Units

/// A file system of three mebibytes, which only an administrator can make.
private final class SmallDisk {
    let path: String

    init?() {
        path = NSTemporaryDirectory() + "small-" + UUID().uuidString
        guard (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)) != nil,
            mount("tmpfs", path, "tmpfs", 0, "size=3m") == 0
        else { return nil }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        try? FileManager.default.removeItem(atPath: path)
    }
}

@Suite struct `A full disk` {
    @Test(.enabled(if: SmallDisk() != nil, "skipped: mounting a small file system takes root"))
    func `refuses a commit whole, and the ballast lets the next one through`() throws {
        let disk = try #require(SmallDisk())
        let store = try SQLiteLedgerStore(path: disk.path + "/minitoolai.db", ballastBytes: 512 * 1024)
        try store.commit([
            .epoch(Epoch(1), at: Instant(seconds: 1)),
            .account(AccountRecord(id: AccountID(1), name: "A", created: Instant(seconds: 1))),
        ])
        #expect(store.hasRoom())
        var ledger = Ledger(try store.load(), epoch: Epoch(1))
        func grant(_ number: Int) -> [LedgerRecord] {
            let reference = "\(number) " + String(repeating: "x", count: 200)
            let purse = Purse(account: AccountID(1), book: .live)
            return ledger.step(
                .grant(purse: purse, amount: Money(nanodollars: 5), reference: reference), at: Instant(seconds: 2)
            ).records
        }
        var written = 0
        var hindrance: (any Error)?
        while hindrance == nil, written < 100_000 {
            do {
                try store.commit((0..<50).flatMap { grant(written + $0) })
                written += 50
            } catch { hindrance = error }
        }
        #expect(hindrance as? StoreHindrance == .full)
        #expect(try store.verify() == .ok(entries: written, accounts: 1))
        #expect(try store.load().lastEntry == EntryID(Int64(written)))

        store.makeRoom()
        ledger = Ledger(try store.load(), epoch: Epoch(1))
        try store.commit(grant(written))
        #expect(try store.verify() == .ok(entries: written + 1, accounts: 1))
        #expect(!store.hasRoom(), "the disk is as full as it was")
    }
}
