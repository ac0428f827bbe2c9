import ArgumentParser
import Wire

struct EngineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engine", abstract: "What answers the models.", subcommands: [Check.self])

    struct Check: HouseCommand {
        static let configuration = CommandConfiguration(
            abstract: "Contact every configured engine and say what is wrong with each.")

        @OptionGroup var place: PlaceOptions
        @OptionGroup var output: OutputOptions

        func run(in house: House, at terminal: Terminal) async throws {
            let check = try await house.ask(.checkEngines, at: place.place, for: EngineCheckDocument.self)
            try terminal.print(check, as: output) { table($0.engines) }
            let unusable = check.engines.filter { !$0.usable }.map(\.name)
            guard unusable.isEmpty else { throw Failure(.refused, "unusable: \(unusable.joined(separator: ", "))") }
        }

        private func table(_ engines: [EngineCheckDocument.Engine]) -> String {
            var table = Table([("ENGINE", .left), ("STATE", .left), ("MS", .right), ("FOUND", .left)])
            for engine in engines {
                table.add([
                    engine.name, engine.usable ? "ok" : "unusable", engine.latencyMs.map(String.init) ?? "", engine.summary,
                ])
            }
            return table.lines.joined(separator: "\n")
        }
    }
}
