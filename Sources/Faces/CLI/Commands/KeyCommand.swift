import ArgumentParser
import Units
import Wire

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.", subcommands: [Create.self, List.self, Revoke.self])

    struct Create: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "Make a key. Its secret is shown this once.")

        @Option(help: "The account that pays, by name or id.") var account: String
        @Flag(help: "A test key: answered by the sandbox, paid from the test balance.") var test = false
        @Option(help: "What it is for.") var label = ""
        @Option(help: ArgumentHelp("Only these models, separated by commas.", valueName: "a,b"), transform: names)
        var models: [String]?
        @Option(parsing: .unconditional, help: ArgumentHelp("The most it may ever spend.", valueName: "usd"), transform: amount)
        var limit: Money?
        @Option(help: ArgumentHelp("Until when it is valid, ISO 8601.", valueName: "time"), transform: time) var expires: String?
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let request = ControlRequest.createKey(
                account: account, test: test, label: label, models: models, limit: limit?.description, expires: expires)
            let key = try await house.ask(request, at: place.place, for: NewKeyDocument.self)
            try terminal.print(key, as: output) { $0.key }
            if !output.json { terminal.note("\(key.id), a \(key.mode) key of \(key.account); it is not shown again") }
        }
    }

    struct List: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "List keys, without their secrets.")

        @Option(help: "Only the keys of this account, by name or id.") var account: String?
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let keys = try await house.ask(.listKeys(account: account), at: place.place, for: KeysDocument.self)
            try terminal.print(keys, as: output) { table($0.keys) }
        }
    }

    struct Revoke: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a key, at once and for good.")

        @Argument(help: "The key's id, key_1.") var id: String
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let keys = try await house.ask(.revokeKey(id: id), at: place.place, for: KeysDocument.self)
            guard let key = keys.keys.first else { throw Failure(.refused, "the server did not say which key it revoked") }
            try terminal.print(key, as: output) { "\($0.id)  revoked" }
        }
    }

    private static func names(_ text: String) throws -> [String] {
        let names = text.split(separator: ",", omittingEmptySubsequences: false).map { $0.trimmingPrefix(while: \.isWhitespace) }
        guard names.allSatisfy({ !$0.isEmpty }) else { throw ValidationError("expected model names separated by commas") }
        return names.map(String.init)
    }

    private static func table(_ keys: [KeyDocument]) -> String {
        var table = Table([
            ("ID", .left), ("ACCOUNT", .left), ("MODE", .left), ("KEY", .left), ("LABEL", .left), ("MODELS", .left),
            ("SPENT", .right), ("LIMIT", .right), ("STATE", .left),
        ])
        for key in keys {
            table.add([
                key.id, key.account, key.mode, key.prefix + "…", key.label, key.models?.joined(separator: ",") ?? "all",
                key.spent, key.limit ?? "none", state(key),
            ])
        }
        return table.lines.joined(separator: "\n")
    }

    private static func state(_ key: KeyDocument) -> String {
        if let revoked = key.revoked { return "revoked \(revoked)" }
        return key.expires.map { "until \($0)" } ?? "valid"
    }
}
