import ArgumentParser
import Units
import Wire

struct CreditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "credit", abstract: "Money given in and taken out.", subcommands: [Grant.self, Adjust.self])

    struct Grant: HouseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add money to an account. The same reference twice adds it once.")

        @Option(help: "The account, by name or id.") var account: String
        @Option(parsing: .unconditional, help: ArgumentHelp("US dollars, 5 or 5.00.", valueName: "usd"), transform: CLI.amount)
        var amount: Money
        @Option(help: "What the money is for: an invoice, a payment.") var reference: String
        @Flag(help: "Add it to the test balance.") var test = false
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let request = ControlRequest.grantCredit(
                account: account, amount: amount.description, reference: reference, test: test)
            let grant = try await house.ask(request, at: place.place, for: GrantDocument.self)
            try terminal.print(grant, as: output) {
                "\($0.entry)  \($0.account)  balance \($0.balance)  test balance \($0.testBalance)"
            }
            if grant.repeated { terminal.note("the reference was known already: nothing was added") }
        }
    }

    struct Adjust: HouseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take money out of an account, no more than is available. The same reason twice takes it once.")

        @Option(help: "The account, by name or id.") var account: String
        @Option(parsing: .unconditional, help: ArgumentHelp("US dollars, 5 or 5.00.", valueName: "usd"), transform: CLI.amount)
        var amount: Money
        @Option(help: "Why: it stands in the statement.") var reason: String
        @Flag(help: "Take it out of the test balance.") var test = false
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let request = ControlRequest.adjustCredit(
                account: account, amount: amount.description, reason: reason, test: test)
            let adjusted = try await house.ask(request, at: place.place, for: GrantDocument.self)
            try terminal.print(adjusted, as: output) {
                "\($0.entry)  \($0.account)  balance \($0.balance)  test balance \($0.testBalance)"
            }
            if adjusted.repeated { terminal.note("the reason was known already: nothing was taken") }
        }
    }
}
