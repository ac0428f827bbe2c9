import ArgumentParser
import Wire

struct UsageCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Requests, tokens, images, characters and cost by day (UTC) and model.")

    @Option(help: "The account, by name or id.") var account: String
    @Flag(help: "What test keys used.") var test = false
    @Option(help: "Only this model.") var model: String?
    @OptionGroup var period: PeriodOptions
    @OptionGroup var listing: ListingOptions
    @OptionGroup var place: PlaceOptions

    func run(in house: House, at terminal: Terminal) async throws {
        let request = ControlRequest.usage(account: account, test: test, from: period.from, to: period.to, model: model)
        let usage = try await house.ask(request, at: place.place, for: UsageDocument.self)
        switch listing.chosen {
        case .json: terminal.print(try ControlLine.json(usage))
        case .csv:
            terminal.print("day,model,requests,prompt_tokens,cached_tokens,completion_tokens,images,characters,cost")
            usage.usage.map(cells).map(CSV.line).forEach(terminal.print)
        case .table:
            table(usage).lines.forEach(terminal.print)
        }
    }

    private func cells(_ line: UsageDocument.Line) -> [String] {
        let counts = [
            line.requests, line.promptTokens, line.cachedTokens, line.completionTokens, line.images, line.characters,
        ]
        return [line.day, line.model] + counts.map(String.init) + [line.cost]
    }

    private func table(_ usage: UsageDocument) -> Table {
        var table = Table([
            ("DAY", .left), ("MODEL", .left), ("REQUESTS", .right), ("PROMPT", .right), ("CACHED", .right),
            ("COMPLETION", .right), ("IMAGES", .right), ("CHARACTERS", .right), ("COST", .right),
        ])
        for line in usage.usage { table.add(cells(line)) }
        table.add(["total", "", "", "", "", "", "", "", usage.cost])
        return table
    }
}
