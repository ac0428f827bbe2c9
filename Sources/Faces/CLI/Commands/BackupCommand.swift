import ArgumentParser
import Wire

struct BackupCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup", abstract: "Write a consistent copy of the ledger, also while serving.",
        discussion: "The copy carries the secret that API keys are looked up by: keep it like one.")

    @Argument(help: "The file to write; it must not exist.") var file: String
    @OptionGroup var place: PlaceOptions
    @OptionGroup var output: OutputOptions

    func run(in house: House, at terminal: Terminal) async throws {
        let backup = try await house.ask(.backUp(path: absolutePath(file)), at: place.place, for: BackupDocument.self)
        try terminal.print(backup, as: output) { "wrote \($0.backup), \($0.bytes) bytes" }
    }
}

struct RestoreCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore", abstract: "Put a backup into a data directory that has no ledger yet.",
        discussion: "The backup is replayed and verified first. A directory with a ledger or with a server is left alone.")

    @Argument(help: "A file that backup wrote.") var file: String
    @OptionGroup var place: PlaceOptions
    @OptionGroup var output: OutputOptions

    func run(in house: House, at terminal: Terminal) async throws {
        let restored = try await house.ask(.restore(path: absolutePath(file)), at: place.place, for: RestoreDocument.self)
        try terminal.print(restored, as: output) {
            "restored \($0.restored): \($0.entries) entries, \($0.accounts) accounts, verified"
        }
    }
}
