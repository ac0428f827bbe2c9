import ArgumentParser
import Wire

struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "Accounts: who pays.", subcommands: [Create.self, List.self, Show.self])

    struct Create: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "Open an account with a balance of 0.")

        @Argument(help: "1 to 64 printable characters, not used before.") var name: String
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let account = try await house.ask(.openAccount(name: name), at: place.place, for: AccountDocument.self)
            try terminal.print(account, as: output) { "\($0.id)  \($0.name)  opened" }
        }
    }

    struct List: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "List every account and its balances.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let accounts = try await house.ask(.listAccounts, at: place.place, for: AccountsDocument.self)
            try terminal.print(accounts, as: output) { table($0.accounts) }
        }
    }

    struct Show: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "Show one account and its balances.")

        @Argument(help: "The account's name or id.") var account: String
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let account = try await house.ask(.showAccount(account: account), at: place.place, for: AccountDocument.self)
            try terminal.print(account, as: output) { table([$0]) }
        }
    }

    private static func table(_ accounts: [AccountDocument]) -> String {
        var table = Table([
            ("ID", .left), ("NAME", .left), ("BALANCE", .right), ("HELD", .right), ("TEST BALANCE", .right),
            ("TEST HELD", .right),
        ])
        for account in accounts {
            table.add([account.id, account.name, account.balance, account.held, account.testBalance, account.testHeld])
        }
        return table.lines.joined(separator: "\n")
    }
}
