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
        @Option(
            name: .customLong("rate"), parsing: .unconditionalSingleValue,
            help: ArgumentHelp(
                "A limit of its own: requests_per_minute, tokens_per_minute, spend_per_minute, the same per_day, or concurrent.",
                valueName: "name=amount"), transform: rate)
        var rates: [Rate] = []
        @Flag(help: "What it asked before is answered again, for less, where the configuration has a cache.") var cache = false
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let request = ControlRequest.createKey(
                account: account, test: test, label: label, models: models, limit: limit?.description, expires: expires,
                rates: Dictionary(rates.map { ($0.name, $0.amount) }, uniquingKeysWith: { $1 }), caches: cache)
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

    struct Rate: Sendable {
        let name: String
        let amount: String
    }

    private static func rate(_ text: String) throws -> Rate {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, RateName.all.contains(parts[0]) else {
            let hint = nearestName(to: parts[0], among: RateName.all).map { "; did you mean \($0)?" } ?? ""
            throw ValidationError("expected a limit such as requests_per_minute=60, got \(text.prefix(80))\(hint)")
        }
        return Rate(name: parts[0], amount: parts[1])
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
