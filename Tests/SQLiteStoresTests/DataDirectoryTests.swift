import Commerce
import Foundation
import GRDB
import SQLiteStores
import TestKit
import Testing
import Units

@Suite struct `The data directory` {
    @Test func `it is made for its owner alone`() throws {
        let scratch = try Scratch()
        let directory = try DataDirectory(scratch.file("a/b/data/"))
        #expect(directory.path == scratch.file("a/b/data"))
        #expect(try FileManager.default.attributesOfItem(atPath: directory.path)[.posixPermissions] as? Int == 0o700)
        #expect(directory.warnings == [])
        #expect(directory.databasePath == scratch.file("a/b/data/minitoolai.db"))
        #expect(directory.controlSocketPath == scratch.file("a/b/data/control.sock"))
    }

    @Test func `it belongs to one at a time, and the other is told whose it is`() throws {
        let scratch = try Scratch()
        let path = scratch.file("data")
        do {
            let first = try DataDirectory(path)
            #expect(throws: StoreFailure.directoryInUse(path: path, processID: getpid())) { try DataDirectory(path) }
            #expect(try DataDirectory.holder(ofDirectory: path) == getpid())
            withExtendedLifetime(first) {}
        }
        #expect(try DataDirectory.holder(ofDirectory: path) == nil)
        #expect(throws: Never.self) { try DataDirectory(path) }
    }

    @Test func `a directory that was never used has no holder`() throws {
        #expect(try DataDirectory.holder(ofDirectory: try Scratch().file("nothing")) == nil)
    }

    @Test func `a directory open to others is used, with a warning`() throws {
        let scratch = try Scratch()
        let path = scratch.file("data")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        let directory = try DataDirectory(path)
        #expect(directory.warnings.count == 1)
        #expect(directory.warnings.first?.contains(path) == true)
    }

    @Test func `a file in its place is refused by name`() throws {
        let scratch = try Scratch()
        try Data().write(to: URL(filePath: scratch.file("data")))
        #expect(throws: StoreFailure.self) { try DataDirectory(scratch.file("data")) }
    }

    @Test func `the pepper is made once and kept`() throws {
        let scratch = try Scratch()
        let first = try DataDirectory(scratch.file("one"))
        let pepper = try first.pepper()
        #expect(pepper.count == 32)
        _ = try SQLiteLedgerStore(path: first.databasePath)
        #expect(try first.pepper() == pepper)
        #expect(try FileManager.default.attributesOfItem(atPath: first.pepperPath)[.posixPermissions] as? Int == 0o600)
        #expect(try DataDirectory(scratch.file("two")).pepper() != pepper)
    }

    @Test func `a ledger that is gone is not replaced by an empty one`() throws {
        let scratch = try Scratch()
        let directory = try DataDirectory(scratch.path)
        _ = try directory.pepper()
        #expect(throws: StoreFailure.databaseMissing(path: directory.databasePath, pepper: directory.pepperPath)) {
            try directory.pepper()
        }
    }

    @Test func `a database is one before its log is carried over`() throws {
        let scratch = try Scratch()
        let store = try SQLiteLedgerStore(path: scratch.database)
        try store.commit([.epoch(Epoch(1), at: Instant(seconds: 1))])
        let copy = scratch.file("alone")
        try FileManager.default.copyItem(atPath: scratch.database, toPath: copy)
        let tables = try DatabaseQueue(path: copy).read { try String.fetchAll($0, sql: "SELECT name FROM sqlite_schema") }
        #expect(tables.contains("entries"))
    }

    @Test func `a database without its pepper is not given another`() throws {
        let scratch = try Scratch()
        let directory = try DataDirectory(scratch.path)
        _ = try SQLiteLedgerStore(path: directory.databasePath)
        #expect(throws: StoreFailure.pepperMissing(path: directory.pepperPath)) { try directory.pepper() }
    }

    @Test(arguments: [0, 31, 33])
    func `a pepper of another length is refused`(bytes: Int) throws {
        let scratch = try Scratch()
        let directory = try DataDirectory(scratch.path)
        try Data(repeating: 7, count: bytes).write(to: URL(filePath: directory.pepperPath))
        #expect(throws: StoreFailure.pepperMalformed(path: directory.pepperPath, bytes: bytes)) { try directory.pepper() }
    }
}
