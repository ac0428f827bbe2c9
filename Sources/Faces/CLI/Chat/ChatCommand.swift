import ArgumentParser
import Foundation
import Wire

struct ChatCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "chat", abstract: "Ask a model; the answer streams to the terminal.",
        discussion: "Needs an API key in MINITOOLAI_API_KEY. What it cost and what is left is said on standard error at the end.")

    @Argument(help: "What to ask; - reads it from standard input.") var message: String
    @Option(help: "The model.") var model = "gpt-4o-mini"
    @Option(help: "Instructions that come before the message.") var system: String?
    @Option(help: "The most tokens of answer.") var maxTokens: Int?
    @Option(help: ArgumentHelp("A picture to show; may be repeated.", valueName: "file")) var image: [String] = []
    @Flag(name: .customLong("no-stream"), help: "Wait for the whole answer.") var wantsWhole = false
    @Option(help: "The server (default: MINITOOLAI_URL, else http://127.0.0.1:8080).") var url: String?
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let maxTokens, maxTokens < 1 { throw ValidationError("--max-tokens: expected 1 or more, got \(maxTokens)") }
    }

    func run(in house: House, at terminal: Terminal) async throws {
        let visit = ChatVisit(line: try ServerLine.named(url, at: terminal))
        let answer = try await visit.ask(question(at: terminal)) { text in
            if !output.json { terminal.write(text) }
        }
        if output.json { return terminal.print(try ControlLine.json(answer)) }
        terminal.print("")
        terminal.note(answer.bill)
    }

    private func question(at terminal: Terminal) throws -> ChatQuestion {
        let text = message == "-" ? String(decoding: try terminal.readAll(), as: UTF8.self) : message
        return ChatQuestion(
            model: model, system: system, text: text, pictures: try image.map(Picture.init(file:)), outputCap: maxTokens,
            stream: !wantsWhole)
    }
}
