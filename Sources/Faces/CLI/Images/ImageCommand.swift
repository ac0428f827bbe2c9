import ArgumentParser

struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image", abstract: "Have a picture painted: minitoolai image \"a lighthouse at dusk\".",
        subcommands: [PaintCommand.self, ImageJobsCommand.self], defaultSubcommand: PaintCommand.self)
}
