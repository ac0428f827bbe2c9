import Commerce
import Foundation
import GRDB
import SQLiteStores
import TestKit
import Testing

@Suite struct `Restoring a backup` {
    /// A data directory with a well used ledger, and a backup of it.
    private func backedUp(in scratch: Scratch) throws -> (backup: String, pepper: [UInt8]) {
        let directory = try DataDirectory(scratch.file("old"))
        let pepper = try directory.pepper()
        let play = try LedgerPlay<SQLiteStage>.wellUsed()
        try withExtendedLifetime(play) { try play.stage.store.backUp(to: directory.databasePath) }
        try SQLiteLedgerStore(path: directory.databasePath, pepper: pepper).backUp(to: scratch.file("backup"))
        return (scratch.file("backup"), pepper)
    }

    @Test func `an empty directory becomes what the other was, keys and all`() throws {
        let scratch = try Scratch()
        let (backup, pepper) = try backedUp(in: scratch)
        let directory = try DataDirectory(scratch.file("new"))
        try directory.restore(from: backup)
        #expect(try directory.pepper() == pepper)
        let store = try SQLiteLedgerStore(path: directory.databasePath)
        #expect(try store.verify() == .ok(entries: 11, accounts: 2))
        #expect(try store.load().keys.count == 2)
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.contains("restoring") }
        #expect(left == [])
    }

    @Test func `the pepper is in the backup and in no database`() throws {
        let scratch = try Scratch()
        let (backup, pepper) = try backedUp(in: scratch)
        let directory = try DataDirectory(scratch.file("new"))
        try directory.restore(from: backup)
        let store = try SQLiteLedgerStore(path: directory.databasePath, pepper: pepper)
        try store.backUp(to: scratch.file("again"))
        for (path, has) in [(backup, true), (scratch.file("again"), true), (directory.databasePath, false)] {
            let bytes = try Data(contentsOf: URL(filePath: path))
            #expect((bytes.range(of: Data(pepper)) != nil) == has, "\(path)")
        }
    }

    @Test func `a database that is there is not overwritten`() throws {
        let scratch = try Scratch()
        let (backup, _) = try backedUp(in: scratch)
        let directory = try DataDirectory(scratch.file("new"))
        try directory.restore(from: backup)
        #expect(throws: StoreFailure.fileExists(path: directory.databasePath)) { try directory.restore(from: backup) }
    }

    @Test(arguments: [Data("not a backup".utf8), Data(), Data("SQLite format 3\0".utf8) + Data(count: 4096)])
    func `what is no backup is refused, and nothing is left of it`(content: Data) throws {
        let scratch = try Scratch()
        try content.write(to: URL(filePath: scratch.file("bad")))
        let directory = try DataDirectory(scratch.file("new"))
        #expect(throws: StoreFailure.notADatabase(path: scratch.file("bad"))) { try directory.restore(from: scratch.file("bad")) }
        #expect(throws: StoreFailure.self) { try directory.restore(from: scratch.file("nothing")) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["lock"])
    }

    @Test(arguments: ["cut", "schema", "bytes", "page", "folder"])
    func `a damaged backup is called that, and nothing is left of it`(how: String) throws {
        let scratch = try Scratch()
        let (backup, _) = try backedUp(in: scratch)
        var bytes = try Data(contentsOf: URL(filePath: backup))
        switch how {
        case "cut": bytes = bytes.prefix(bytes.count / 2)
        case "schema": for place in 100..<140 { bytes[place] = 0xFF }
        case "page": bytes.replaceSubrange(4096..<8192, with: Data(repeating: 0x5A, count: 4096))
        case "bytes": for place in stride(from: 4096, to: bytes.count, by: 97) { bytes[place] ^= 0x5A }
        default: break
        }
        try FileManager.default.removeItem(atPath: backup)
        if how == "folder" {
            try FileManager.default.createDirectory(atPath: backup, withIntermediateDirectories: false)
        } else {
            try bytes.write(to: URL(filePath: backup))
        }
        let directory = try DataDirectory(scratch.file("new"))
        let failure = #expect(throws: StoreFailure.self) { try directory.restore(from: backup) }
        let words = failure?.description ?? ""
        #expect(words.hasPrefix(how == "folder" ? "cannot restore \(backup): " : "\(backup) is damaged: "), "\(words)")
        #expect(!words.contains("SELECT") && !words.contains("\n"), "\(words)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["lock"])
    }

    @Test func `a backup that does not add up is refused`() throws {
        let scratch = try Scratch()
        let (backup, _) = try backedUp(in: scratch)
        try DatabaseQueue(path: backup).write { try $0.execute(sql: "UPDATE balances SET available = available + 1") }
        let directory = try DataDirectory(scratch.file("new"))
        let failure = #expect(throws: StoreFailure.self) { try directory.restore(from: backup) }
        guard case .untrueBackup = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["lock"])
    }
}
