import API
import Foundation
import Logging
import NIOPosix
import SQLiteStores
import Testing
import Wire

@testable import CLI

/// Commands and their answers over a real Unix socket.
@Suite struct `Through the control socket` {
    @Test(arguments: [0, 5]) func `documents have the members that scripts rely on`(depth: Int) async throws {
        let desk = try Desk(depth: depth)
        #expect(depth == 0 || desk.directory.path.utf8.count > 200)
        try await desk.open {
            let account = try await desk.json("account", "create", "acme")
            #expect(Set(account.keys) == ["id", "name", "balance", "held", "test_balance", "test_held", "created"])
            #expect(account["balance"] as? String == "0.000000")

            let grant = try await desk.json("credit", "grant", "--account", "acme", "--amount", "5", "--reference", "r")
            #expect(Set(grant.keys) == ["account", "account_id", "balance", "test_balance", "entry", "repeated"])
            #expect(grant["balance"] as? String == "5.000000")
            #expect(grant["repeated"] as? Bool == false)

            let key = try await desk.json("key", "create", "--account", "acc_1", "--test", "--models", "gpt-4o, gpt-4.1")
            #expect(Set(key.keys) == ["id", "key", "account", "account_id", "mode"])
            #expect(key["mode"] as? String == "test")

            let keys = try await desk.json("key", "list")["keys"] as? [[String: Any]]
            let listed = try #require(keys?.first)
            #expect(
                Set(listed.keys) == [
                    "id", "account", "account_id", "mode", "prefix", "label", "models", "limit", "spent", "expires", "created",
                    "revoked", "rates", "caches",
                ])
            #expect(listed["models"] as? [String] == ["gpt-4o", "gpt-4.1"])
            #expect(listed["limit"] is NSNull)

            let verdict = try await desk.json("ledger", "verify")
            #expect(Set(verdict.keys) == ["ok", "entries", "accounts"])
            #expect(verdict["ok"] as? Bool == true)

            let statement = try await desk.json("ledger", "statement", "--account", "acme")["entries"] as? [[String: Any]]
            let entry = try #require(statement?.first)
            #expect(Set(entry.keys) == ["id", "at", "kind", "amount", "balance_after", "request", "note"])
            #expect(entry["request"] is NSNull)
        }
    }

    @Test func `the same reference twice adds once, and says so`() async throws {
        let desk = try Desk()
        try await desk.open {
            _ = await desk.run("account", "create", "acme")
            for _ in 0..<2 { _ = await desk.run("credit", "grant", "--account", "acme", "--amount", "1.25", "--reference", "r") }
            let account = try await desk.json("account", "show", "acme")
            #expect(account["balance"] as? String == "1.250000")
            let again = await desk.run("credit", "grant", "--account", "acme", "--amount", "1.25", "--reference", "r")
            #expect(again.notes.contains("nothing was added"))
            let other = await desk.run("credit", "grant", "--account", "acme", "--amount", "2", "--reference", "r")
            #expect(other.status == 1)
            #expect(other.notes == "error: the reference r was used before, for 1.250000; one reference stands for one amount\n")
        }
    }

    @Test(arguments: [
        (["account", "show", "nobody"], "there is no account nobody; minitoolai account list shows them"),
        (["account", "create", "1"], "name: expected a name that does not look like an account's id, got 1"),
        (["account", "create", ""], "name: expected 1 to 64 printable characters, the first and last no spaces, got nothing"),
        (["account", "create", " acme"], "name: expected 1 to 64 printable characters, the first and last no spaces, got  acme"),
        (["key", "revoke", "key_9"], "there is no key key_9; minitoolai key list shows them by id"),
        (
            ["key", "create", "--account", "acme", "--models", "gpt-4o,gpt-4o-mni"],
            "models: expected names of models in the catalog, got gpt-4o-mni; did you mean gpt-4o-mini?"
        ),
        (
            ["key", "create", "--account", "acme", "--models", "gpt-4.1-2025-04-14"],
            "models: expected names of models in the catalog, got gpt-4.1-2025-04-14; did you mean gpt-4.1?"
        ),
        (
            ["key", "create", "--account", "acme", "--models", "claude"],
            "models: expected names of models in the catalog, got claude"
        ),
        (
            ["key", "create", "--account", "acme", "--models", "gpt-4o,realvison"],
            "models: expected names of models in the catalog, got realvison; did you mean realvision?"
        ),
        (["restore", "/tmp/copy"], "a server is using this data directory; stop it before restoring a backup"),
    ])
    func `what is refused is said on standard error alone`(arguments: [String], reason: String) async throws {
        let desk = try Desk()
        try await desk.open {
            let spoken = await Spoken.run(arguments + ["--json"], in: desk.house)
            #expect(spoken.status == 1)
            #expect(spoken.printed == "")
            #expect(spoken.notes == "error: \(reason)\n")
        }
    }

    @Test func `tables are for people`() async throws {
        let desk = try Desk()
        try await desk.open {
            _ = await desk.run("account", "create", "acme")
            _ = await desk.run("credit", "grant", "--account", "acme", "--amount", "12.5", "--reference", "invoice, 7")
            let table = await desk.run("account", "list")
            #expect(
                table.lines == [
                    "ID     NAME    BALANCE      HELD  TEST BALANCE  TEST HELD",
                    "acc_1  acme  12.500000  0.000000      0.000000   0.000000",
                ])
            let csv = await desk.run("ledger", "statement", "--account", "acme", "--format", "csv")
            #expect(csv.lines.first == "id,at,kind,amount,balance_after,request,note")
            #expect(csv.lines.last?.hasSuffix(#",grant,12.500000,12.500000,,"invoice, 7""#) == true)
        }
    }

    @Test func `an answer of many megabytes arrives whole`() async throws {
        let desk = try Desk()
        let directory = desk.directory
        let socket = try await ControlSocket(
            in: directory.path, on: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test"))
        let answer = [UInt8](repeating: UInt8(ascii: "x"), count: 20 << 20) + [UInt8(ascii: "\n")]
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await socket.run { _ in answer } }
            #expect(try await ControlClient(directory: directory.path).ask(.verifyLedger)?.count == answer.count)
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func `only the owner may open the socket`() async throws {
        let desk = try Desk()
        try await desk.open {
            let attributes = try FileManager.default.attributesOfItem(atPath: desk.directory.controlSocketPath)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        }
        #expect(!FileManager.default.fileExists(atPath: desk.directory.controlSocketPath), "it goes with the server")
    }

    @Test func `a socket that a dead server left is replaced`() async throws {
        let desk = try Desk()
        try Data().write(to: URL(fileURLWithPath: desk.directory.controlSocketPath))
        try await desk.open {
            #expect(await desk.run("account", "list").status == 0)
        }
    }

    @Test func `a line that is no request is answered with a refusal`() async throws {
        let desk = try Desk()
        let line = await desk.answer(#"{"open_sesame":{}}"#)
        #expect(throws: ControlRefusal.self) { try ControlLine.document(AccountDocument.self, in: line) }
    }

    @Test func `without a server the command is carried out on the store`() async throws {
        let path = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "/nobody-\(UUID().uuidString)"
        var house = House.empty
        house.dataDirectory = { _ in path }
        house.answer = { request, place in
            #expect(request == .showAccount(account: "acme"))
            #expect(place == Place(config: nil, data: "d"))
            return try ControlLine.bytes(of: ControlRefusal(code: "account_unknown", message: "not here either"))
        }
        let spoken = await Spoken.run(["account", "show", "acme", "--data", "d"], in: house)
        #expect(spoken.notes == "error: not here either\n")
    }
}
