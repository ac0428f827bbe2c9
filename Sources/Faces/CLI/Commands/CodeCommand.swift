import ArgumentParser
import Units
import Wire

struct CodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "code", abstract: "Redemption codes.", subcommands: [Create.self, List.self, Revoke.self])

    struct Create: HouseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make codes. Each is worth the amount once, to whoever redeems it first, and is shown this once.")

        @Option(parsing: .unconditional, help: ArgumentHelp("US dollars, 5 or 5.00.", valueName: "usd"), transform: CLI.amount)
        var amount: Money
        @Option(help: "How many.") var count = 1
        @Option(help: ArgumentHelp("Until when they can be redeemed, ISO 8601.", valueName: "time"), transform: time)
        var expires: String?
        @Flag(help: "They add to test balances.") var test = false
        @Flag(help: "Print them as CSV.") var csv = false
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let request = ControlRequest.createCodes(
                amount: amount.description, count: count, expires: expires, test: test)
            let made = try await house.ask(request, at: place.place, for: CodesDocument.self)
            if csv { return terminal.print(CodeCommand.csv(made.codes)) }
            try terminal.print(made, as: output) { $0.codes.compactMap(\.code).joined(separator: "\n") }
            if !output.json { terminal.note("\(made.codes.count) of \(amount.brief) USD; they are not shown again") }
        }
    }

    struct List: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "List codes and who had them, the last first.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let codes = try await house.ask(.listCodes, at: place.place, for: CodesDocument.self)
            try terminal.print(codes, as: output) { CodeCommand.table($0.codes) }
        }
    }

    struct Revoke: HouseCommand {
        static let configuration = CommandConfiguration(abstract: "Revoke a code that nobody has redeemed.")

        @Argument(help: "The code's id, code_1.") var id: String
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let codes = try await house.ask(.revokeCode(id: id), at: place.place, for: CodesDocument.self)
            try terminal.print(codes, as: output) { "\($0.codes.first?.id ?? id)  revoked" }
        }
    }

    static func csv(_ codes: [CodeDocument]) -> String {
        let lines = codes.map { "\($0.id),\($0.code ?? ""),\($0.amount),\($0.mode),\($0.expires ?? "")" }
        return (["id,code,amount,mode,expires"] + lines).joined(separator: "\n")
    }

    private static func table(_ codes: [CodeDocument]) -> String {
        var table = Table([
            ("ID", .left), ("CODE", .left), ("AMOUNT", .right), ("MODE", .left), ("STATE", .left), ("BY", .left),
            ("CREATED", .left),
        ])
        for code in codes {
            table.add([
                code.id, code.prefix + "-…", code.amount, code.mode, code.state, code.redeemedBy ?? "", code.created,
            ])
        }
        return table.lines.joined(separator: "\n")
    }
}

struct ConsoleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console", abstract: "The way in to the console.", subcommands: [Link.self])

    struct Link: HouseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print a one-time link: for the first operator, or to choose a new password.")

        @Option(help: "Whose new password; nothing: the first operator's.") var login: String?
        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let link = try await house.ask(.consoleLink(login: login), at: place.place, for: ConsoleLinkDocument.self)
            try terminal.print(link, as: output) { $0.link }
            if !output.json { terminal.note("it counts once, for \(link.minutes) minutes") }
        }
    }
}
