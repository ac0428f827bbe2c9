import ArgumentParser
import Foundation
import Wire

struct PaintCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "paint", abstract: "Have a picture painted and fetch it; the word paint may be left out.",
        discussion: """
            Needs an API key in MINITOOLAI_API_KEY. Where the picture is goes to standard output; progress, seed and cost go to standard \
            error. Ctrl-C cancels the job, and the money comes back.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument { case png, jpeg, webp }

    @Argument(help: "What to paint; - reads it from standard input.") var prompt: String
    @Option(help: "The model.") var model = "realvision"
    @Option(help: "What the picture is not to show.") var negative: String?
    @Option(help: ArgumentHelp("The sampler, \"DPM++ 2M Karras\".", valueName: "name")) var scheduler: String?
    @Option(help: "How many steps it is painted in.") var steps: Int?
    @Option(help: ArgumentHelp("How closely the prompt is followed, 2 or 2.5.", valueName: "scale")) var cfg: Double?
    @Option(help: ArgumentHelp("Width and height in pixels, 1152x768.", valueName: "WxH"), transform: PictureSize.init(text:))
    var size: PictureSize?
    @Option(help: "The same seed paints the same picture.") var seed: Int64?
    @Option(help: "png, jpeg or webp (default: by the ending of --output, else png).") var format: Format?
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Where the picture goes; - is standard output (default: image-JOB.png).", valueName: "file"))
    var output: String?
    @Option(help: "The server (default: MINITOOLAI_URL, else http://127.0.0.1:8080).") var url: String?
    @OptionGroup var answering: OutputOptions

    func validate() throws {
        if let cfg, !cfg.isFinite { throw ValidationError("--cfg: expected a number such as 2.5") }
        if answering.json, output == "-" { throw ValidationError("--json and --output - both want standard output") }
        if let output, format == nil, output != "-", !PaintCommand.ending(of: output).isEmpty,
            PaintCommand.format(ofFile: output) == nil
        {
            throw ValidationError("--output: expected a name ending in .png, .jpg, .jpeg or .webp, or --format beside it")
        }
    }

    func run(in house: House, at terminal: Terminal) async throws {
        let line = try ServerLine.named(url, at: terminal)
        let place = PicturePlace(output)
        // Whatever can be known to go wrong goes wrong before anything is paid for.
        try place.prepare()
        let signals = try house.signals()
        let visit = ImageVisit(line: line)
        let ticket = try await visit.submit(try wish(at: terminal))
        let wait = ImageWait(visit: visit, ticket: ticket, isQuiet: answering.json, terminal: terminal)
        let picture = try await wait.picture(signals)
        let file = try place.keep(picture, of: ticket, at: terminal)
        let document = PaintedDocument(ticket, picture.report, file: file)
        if answering.json { return terminal.print(try ControlLine.json(document)) }
        if let file { terminal.print(file) }
        terminal.note(document.bill)
    }

    private func wish(at terminal: Terminal) throws -> ImageWish {
        let text = prompt == "-" ? String(decoding: try terminal.readAll(), as: UTF8.self) : prompt
        return ImageWish(
            model: model, prompt: text, negativePrompt: negative, scheduler: scheduler, steps: steps, cfgScale: cfg,
            width: size?.width, height: size?.height, seed: seed,
            format: (format ?? output.flatMap(PaintCommand.format(ofFile:)))?.rawValue)
    }

    private static func ending(of name: String) -> String { URL(fileURLWithPath: name).pathExtension.lowercased() }

    /// nil: the name does not say.
    private static func format(ofFile name: String) -> Format? {
        switch ending(of: name) {
        case "png": .png
        case "jpg", "jpeg": .jpeg
        case "webp": .webp
        default: nil
        }
    }
}
