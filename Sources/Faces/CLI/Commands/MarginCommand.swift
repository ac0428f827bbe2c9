import ArgumentParser
import Wire

struct MarginCommand: HouseCommand {
    static let configuration = CommandConfiguration(
        commandName: "margin", abstract: "What live keys paid and what engines cost, by day (UTC) and model.",
        discussion: """
            Engines cost what their routes say under cost. A day's margin leaves out what nobody knows the cost of: the requests \
            without one are counted beside it.
            """)

    @Option(help: "Only this model.") var model: String?
    @OptionGroup var period: PeriodOptions
    @OptionGroup var listing: ListingOptions
    @OptionGroup var place: PlaceOptions

    func run(in house: House, at terminal: Terminal) async throws {
        let request = ControlRequest.margin(from: period.from, to: period.to, model: model)
        let margin = try await house.ask(request, at: place.place, for: MarginDocument.self)
        switch listing.chosen {
        case .json: terminal.print(try ControlLine.json(margin))
        case .csv:
            terminal.print(
                "day,model,requests,requests_without_cost,attempts,attempts_failed,billed_units,reported_units,charged,cost,margin"
            )
            margin.days.map(cells).map(CSV.line).forEach(terminal.print)
        case .table: table(margin).lines.forEach(terminal.print)
        }
    }

    private func cells(_ line: MarginDocument.Line) -> [String] {
        let counts = [
            line.requests, line.requestsWithoutCost, line.attempts, line.attemptsFailed, line.billedUnits, line.reportedUnits,
        ]
        return [line.day, line.model] + counts.map(String.init) + [line.charged, line.cost, line.margin]
    }

    private func table(_ margin: MarginDocument) -> Table {
        var table = Table([
            ("DAY", .left), ("MODEL", .left), ("REQUESTS", .right), ("NO COST", .right), ("ATTEMPTS", .right),
            ("FAILED", .right), ("BILLED", .right), ("REPORTED", .right), ("CHARGED", .right), ("COST", .right),
            ("MARGIN", .right),
        ])
        for line in margin.days { table.add(cells(line)) }
        table.add(["total", "", "", "", "", "", "", "", margin.charged, margin.cost, margin.margin])
        return table
    }
}
