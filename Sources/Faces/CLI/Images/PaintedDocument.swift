/// A picture that is here, and its bill; with `--json` the one document that is printed.
struct PaintedDocument: Encodable, Hashable {
    let job: Int64
    /// null: it went to standard output.
    let file: String?
    /// Where it can be fetched again until ``expiresAt``.
    let url: String?
    let expiresAt: String?
    let model: String?
    let seed: Int64?
    let scheduler: String?
    let width: Int?
    let height: Int?
    let format: String?
    /// Decimal US dollars.
    let cost: String?

    init(_ ticket: ImageTicket, _ report: ImageReport, file: String?) {
        job = ticket.job
        self.file = file
        url = report.imageUrl
        expiresAt = report.expiresAt
        model = report.model
        seed = report.seed
        scheduler = report.scheduler
        width = report.width
        height = report.height
        format = report.format
        cost = report.cost
    }

    /// One line for people.
    var bill: String {
        let parts: [String?] = [
            seed.map { "seed \($0)" }, cost.map { "cost \($0)" }, model,
            width.flatMap { width in height.map { "\(width)x\($0)" } }, scheduler,
        ]
        return parts.compactMap(\.self).joined(separator: " · ")
    }
}
