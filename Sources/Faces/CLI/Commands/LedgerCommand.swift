import ArgumentParser
import Wire

struct LedgerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger", abstract: "The books.", subcommands: [Verify.self, Statement.self])

    struct Verify: HouseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Replay the whole ledger and compare every balance, hold and entry.",
            discussion: "Without a server it reads the store as it lies and changes nothing in it.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let verdict = try await house.ask(.verifyLedger, at: place.place, for: VerdictDocument.self)
            if output.json { terminal.print(try ControlLine.json(verdict)) }
            guard verdict.ok else {
                throw Failure(.refused, "the ledger disagrees: \(verdict.disagreement ?? "it does not say where")")
            }
            if !output.json { terminal.print("ok \(verdict.entries ?? 0) entries, \(verdict.accounts ?? 0) accounts") }
        }
    }

    struct Statement: HouseCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every movement of an account, with its reason and the arithmetic of each charge.")

        @Option(help: "The account, by name or id.") var account: String
        @Flag(help: "The test balance's movements.") var test = false
        @OptionGroup var period: PeriodOptions
        @OptionGroup var listing: ListingOptions
        @OptionGroup var place: PlaceOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let request = ControlRequest.statement(account: account, test: test, from: period.from, to: period.to)
            let statement = try await house.ask(request, at: place.place, for: StatementDocument.self)
            switch listing.chosen {
            case .json: terminal.print(try ControlLine.json(statement))
            case .csv: LedgerCommand.csv(statement.entries).forEach(terminal.print)
            case .table: LedgerCommand.table(statement.entries).lines.forEach(terminal.print)
            }
        }
    }

    private static func csv(_ entries: [StatementDocument.Entry]) -> [String] {
        [CSV.line(["id", "at", "kind", "amount", "balance_after", "request", "note"])]
            + entries.map { CSV.line([$0.id, $0.at, $0.kind, $0.amount, $0.balanceAfter, $0.request ?? "", $0.note]) }
    }

    private static func table(_ entries: [StatementDocument.Entry]) -> Table {
        var table = Table([
            ("ID", .left), ("AT", .left), ("KIND", .left), ("AMOUNT", .right), ("BALANCE AFTER", .right), ("REQUEST", .left),
            ("NOTE", .left),
        ])
        for entry in entries {
            table.add([
                entry.id, entry.at, entry.kind, entry.amount, entry.balanceAfter, entry.request ?? "", entry.note,
            ])
        }
        return table
    }
}
