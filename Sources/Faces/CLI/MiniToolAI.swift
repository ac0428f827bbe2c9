package import ArgumentParser
import Wire

/// The command line: one file per command, found here by name.
package struct MiniToolAI: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "minitoolai",
        abstract:
            "Chat, pictures and speech through one OpenAI-compatible API, with API keys, prepaid balances and exact prices.",
        discussion: """
            Administration commands work while the server runs, through a socket in its data directory, and while it does not, \
            straight on the store. Every command takes --json.
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, AccountCommand.self, KeyCommand.self, CreditCommand.self, CodeCommand.self, ConsoleCommand.self,
            LedgerCommand.self, UsageCommand.self, MarginCommand.self,
            EngineCommand.self, ConfigCommand.self, BackupCommand.self, RestoreCommand.self, ChatCommand.self,
            ImageCommand.self, SpeakCommand.self, VersionCommand.self,
        ])

    package init() {}

    /// Carries out a command line.
    /// - Parameter arguments: without the program's own name.
    /// - Returns: the exit status.
    package static func run(_ arguments: [String], in house: House, at terminal: Terminal) async -> Int32 {
        do {
            var command = try parseAsRoot(arguments)
            guard let command = command as? any HouseCommand else {
                try command.run()
                return 0
            }
            try await command.run(in: house, at: terminal)
            return 0
        } catch let failure as Failure {
            terminal.note("error: \(failure.message)")
            return failure.status.rawValue
        } catch let refusal as ControlRefusal {
            terminal.note("error: \(refusal.message)")
            return refusal.code == ControlRefusal.busyCode ? Failure.Status.unavailable.rawValue : Failure.Status.refused.rawValue
        } catch {
            let status = exitCode(for: error)
            let message = fullMessage(for: error)
            status.isSuccess ? terminal.print(message) : terminal.note(message)
            return status.rawValue
        }
    }
}

/// A command that is carried out with what the executable gave.
protocol HouseCommand: ParsableCommand {
    func run(in house: House, at terminal: Terminal) async throws
}
