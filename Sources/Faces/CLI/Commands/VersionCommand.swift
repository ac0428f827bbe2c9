import ArgumentParser
import Wire

struct VersionCommand: HouseCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Show the version.")

    @OptionGroup var output: OutputOptions

    func run(in house: House, at terminal: Terminal) async throws {
        try terminal.print(VersionDocument(version: Version.current), as: output, plainly: \.version)
    }

    private struct VersionDocument: Encodable { let version: String }
}
