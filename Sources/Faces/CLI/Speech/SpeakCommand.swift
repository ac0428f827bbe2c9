import ArgumentParser
import Foundation
import Wire

struct SpeakCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "speak", abstract: "Have a text spoken into a file.",
        discussion: """
            Needs an API key in MINITOOLAI_API_KEY. Where the file is goes to standard output; progress and cost go to standard error.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case mp3, opus, aac, flac, wav, pcm }

    @Argument(help: "What to say; - reads it from standard input.") var text: String
    @Option(name: [.short, .long], help: ArgumentHelp("Where it goes; - is standard output.", valueName: "file"))
    var output: String
    @Option(help: "The voice: alloy, nova and their like, or one that the server lists.") var voice = "alloy"
    @Option(help: "How fast: 0.25 to 4.") var speed = 1.0
    @Option(help: "The model.") var model = "tts-1"
    @Option(help: "mp3, opus, aac, flac, wav or pcm (default: by the ending of --output, else mp3).") var format: Format?
    @Option(help: "How to say it, for models that can be told.") var instructions: String?
    @Option(help: "The server (default: MINITOOLAI_URL, else http://127.0.0.1:8080).") var url: String?
    @OptionGroup var answering: OutputOptions

    func validate() throws {
        guard speed.isFinite else { throw ValidationError("--speed: expected a number such as 1.25") }
        if answering.json, output == "-" { throw ValidationError("--json and --output - both want standard output") }
        if format == nil, output != "-", !ending.isEmpty, SpeakCommand.format(ofEnding: ending) == nil {
            let endings = Format.allCases.map { ".\($0.rawValue)" }.joined(separator: ", ")
            throw ValidationError("--output: expected a name ending in one of \(endings), .ogg, or --format beside it")
        }
    }

    func run(in house: House, at terminal: Terminal) async throws {
        let line = try ServerLine.named(url, at: terminal)
        let file = output == "-" ? nil : OutputFile(path: output)
        // Whatever can be known to go wrong goes wrong before anything is paid for.
        try file?.prepare()
        let wish = SpeechWish(
            model: model, input: text == "-" ? String(decoding: try terminal.readAll(), as: UTF8.self) : text, voice: voice,
            responseFormat: chosenFormat.rawValue, speed: speed, instructions: instructions)
        let visit = SpeechVisit(line: line, isQuiet: answering.json, terminal: terminal)
        let spoken = try await visit.ask(wish) { piece in if file == nil { try terminal.writeBytes(piece) } }
        try file?.write(spoken.bytes)
        if answering.json {
            return terminal.print(
                try ControlLine.json(SpokenDocument(file: output, bytes: spoken.bytes.count, cost: spoken.cost)))
        }
        if file != nil { terminal.print(output) }
        terminal.note(spoken.bill)
    }

    private var ending: String { URL(fileURLWithPath: output).pathExtension.lowercased() }

    private var chosenFormat: Format { format ?? (output == "-" ? nil : SpeakCommand.format(ofEnding: ending)) ?? .mp3 }

    /// nil: it does not say.
    private static func format(ofEnding ending: String) -> Format? { ending == "ogg" ? .opus : Format(rawValue: ending) }
}

/// What `speak --json` prints.
struct SpokenDocument: Encodable, Sendable {
    let file: String
    let bytes: Int
    /// US dollars; nil when the server did not say.
    let cost: String?
}
