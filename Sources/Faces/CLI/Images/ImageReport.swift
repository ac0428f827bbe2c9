/// What the server says of a job.
struct ImageReport: Decodable, Hashable, Sendable {
    enum Status: String, Decodable, Sendable { case pending, processing, success, error }

    let status: Status
    var message: String?
    var code: String?
    var imageUrl: String?
    /// 0...1, of a picture that is being made.
    var progress: Double?
    /// 1 for the next.
    var queuePosition: Int?
    var model: String?
    var seed: Int64?
    var scheduler: String?
    var width: Int?
    var height: Int?
    var format: String?
    /// Decimal US dollars.
    var cost: String?
    var expiresAt: String?

    var isOver: Bool { status == .success || status == .error }

    /// Why there is no picture.
    var failure: Failure {
        let isPaidBack = code == "job_failed" || code == "job_cancelled"
        let reason = [code, message].compactMap(\.self).joined(separator: ": ")
        return Failure(.refused, reason + (isPaidBack ? "; nothing was charged" : ""))
    }
}
