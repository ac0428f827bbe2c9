import Synchronization
import Testing
import Wire

@testable import CLI

@Suite struct `What is typed` {
    /// The request a command line makes.
    private func request(_ arguments: [String]) async -> ControlRequest? {
        let asked = Mutex<ControlRequest?>(nil)
        let box = Box(asked)
        var house = House.empty
        house.answer = { request, _ in
            box.value.withLock { $0 = request }
            throw Failure(.refused, "that is enough")
        }
        _ = await Spoken.run(arguments, in: house)
        return box.value.withLock { $0 }
    }

    private final class Box<Value: Sendable>: Sendable {
        let value: Mutex<Value>
        init(_ value: consuming sending Mutex<Value>) { self.value = value }
    }

    @Test(arguments: [
        (["account", "create", "acme"], ControlRequest.openAccount(name: "acme")),
        (["account", "list"], .listAccounts),
        (["account", "show", "acc_1"], .showAccount(account: "acc_1")),
        (
            ["key", "create", "--account", "a", "--label", "l", "--models", "x,y", "--limit", "2.50", "--expires", "2030-01-01"],
            .createKey(account: "a", test: false, label: "l", models: ["x", "y"], limit: "2.500000", expires: "2030-01-01")
        ),
        (
            ["key", "create", "--account", "a", "--test"],
            .createKey(account: "a", test: true, label: "", models: nil, limit: nil, expires: nil)
        ),
        (["key", "list", "--account", "a"], .listKeys(account: "a")),
        (["key", "revoke", "key_1"], .revokeKey(id: "key_1")),
        (
            ["credit", "grant", "--account", "a", "--amount", "5", "--reference", "r", "--test"],
            .grantCredit(account: "a", amount: "5.000000", reference: "r", test: true)
        ),
        (["ledger", "verify"], .verifyLedger),
        (
            ["ledger", "statement", "--account", "a", "--from", "2026-01-01", "--to", "2026-02-01T00:00:00Z"],
            .statement(account: "a", test: false, from: "2026-01-01", to: "2026-02-01T00:00:00Z")
        ),
        (
            ["usage", "--account", "a", "--model", "m", "--test"],
            .usage(account: "a", test: true, from: nil, to: nil, model: "m")
        ),
        (["image", "jobs", "list"], .listImageJobs(state: nil, account: nil, all: false)),
        (
            ["image", "jobs", "list", "--state", "failed", "--account", "a", "--all"],
            .listImageJobs(state: "failed", account: "a", all: true)
        ),
        (["image", "jobs", "show", "12"], .showImageJob(id: "12")),
        (["image", "jobs", "cancel", "12"], .cancelImageJob(id: "12")),
        (["engine", "check"], .checkEngines), (["backup", "/x/y"], .backUp(path: "/x/y")),
        (["restore", "/x/../y"], .restore(path: "/y")),
    ])
    func `becomes a request`(arguments: [String], expected: ControlRequest) async {
        #expect(await request(arguments) == expected)
    }

    @Test(arguments: ["0", "-1", "1e3", "0.0000000001", "1,00", "99999999999999", "five", "", "NaN", " 5", "+5", "5."])
    func `an amount that is none is refused before anybody is asked`(text: String) async {
        let arguments = ["credit", "grant", "--account", "a", "--amount=\(text)", "--reference", "r"]
        #expect(await request(arguments) == nil)
        let spoken = await Spoken.run(arguments)
        #expect(spoken.status == 64)
        #expect(spoken.printed == "")
        #expect(spoken.notes.contains("--amount"))
    }

    @Test(arguments: [
        ["credit", "grant", "--account", "a", "--reference", "r", "--amount"], ["key", "create", "--account", "a", "--limit"],
    ])
    func `an amount below zero is refused as one, however it is typed`(arguments: [String]) async {
        for text in ["-1", "0", "-0.5"] {
            let spoken = await Spoken.run(arguments + [text])
            #expect(spoken.status == 64 && spoken.printed == "")
            #expect(spoken.notes.contains("The value '\(text)' is invalid"))
            #expect(spoken.notes.contains("expected an amount above zero"))
        }
    }

    @Test(arguments: [
        ["nothing"], ["account", "create"], ["serve", "--port", "many"], ["serve", "--port", "70000"], ["--nothing"],
        ["key", "create", "--account", "a", "--expires", "tomorrow"], ["key", "create", "--account", "a", "--models", "x,,y"],
        ["key", "create", "--account", "a", "--limit", "-1"], ["ledger", "statement", "--account", "a", "--from", "yesterday"],
        ["usage", "--account", "a", "--json", "--format", "csv"], ["chat", "hi", "--max-tokens", "0"],
        ["image"], ["image", "x", "--size", "12"], ["image", "x", "--size", "1x-2"], ["image", "x", "--size", "1x2x3"],
        ["image", "x", "--cfg", "nan"], ["image", "x", "--json", "-o", "-"], ["image", "x", "-o", "picture.gif"],
        ["image", "x", "--format", "bmp"], ["image", "jobs", "list", "--state", "lost"], ["image", "jobs", "show"],
    ])
    func `a wrong command line exits with 64`(arguments: [String]) async {
        let spoken = await Spoken.run(arguments)
        #expect(spoken.status == 64)
        #expect(spoken.printed == "")
        #expect(!spoken.notes.isEmpty)
    }

    @Test(arguments: [
        [], ["serve"], ["account"], ["account", "create"], ["account", "list"], ["account", "show"], ["key", "create"],
        ["key", "list"], ["key", "revoke"], ["credit", "grant"], ["ledger", "verify"], ["ledger", "statement"], ["usage"],
        ["engine", "check"], ["config"], ["backup"], ["restore"], ["chat"], ["image"],
        ["image", "paint"], ["image", "jobs"], ["image", "jobs", "list"], ["image", "jobs", "show"], ["image", "jobs", "cancel"],
        ["version"],
    ])
    func `every command explains itself and takes --json`(command: [String]) async {
        let spoken = await Spoken.run(command + ["--help"])
        #expect(spoken.status == 0)
        #expect(spoken.printed.contains("USAGE: minitoolai"))
        let hasSubcommands = spoken.printed.contains("SUBCOMMANDS")
        #expect(hasSubcommands || spoken.printed.contains("--json"))
    }

    @Test func `serve is given its place and its wishes`() async {
        var house = House.empty
        house.serve = { place, wishes, terminal in
            #expect(place == Place(config: "c.yaml", data: "d"))
            #expect(wishes == ServeWishes(host: "::1", port: 0, json: true))
            terminal.print("served")
        }
        let spoken = await Spoken.run(
            ["serve", "--config", "c.yaml", "--data", "d", "--host", "::1", "--port", "0", "--json"], in: house)
        #expect(spoken.printed == "served\n")
    }

    @Test func `the configuration is listed with its sources`() async {
        var house = House.empty
        house.configuration = { _, _ in
            ConfigurationListing(keys: [ConfigurationListing.Key(key: "server.port", value: "1", source: "flag --port")])
        }
        #expect(
            await Spoken.run(["config"], in: house).lines == ["KEY          VALUE  SOURCE", "server.port  1      flag --port"])
        #expect(
            await Spoken.run(["config", "--json"], in: house).printed
                == #"{"keys":[{"key":"server.port","source":"flag --port","value":"1"}]}"# + "\n")
    }

    @Test func `the version is one line`() async {
        #expect(await Spoken.run(["version"]).printed == "\(Version.current)\n")
        #expect(await Spoken.run(["--version"]).printed == "\(Version.current)\n")
        #expect(await Spoken.run(["version", "--json"]).printed == #"{"version":"\#(Version.current)"}"# + "\n")
    }
}
