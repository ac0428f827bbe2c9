import Foundation

/// A job as the server named it, and what shows that it may be asked after.
struct ImageTicket: Hashable, Sendable {
    let job: Int64
    let signature: String

    /// The body of a question after the job.
    func question() throws -> Data { try JSONEncoder().encode(Question(jobid: job, signature: signature)) }

    /// Where the job's progress streams.
    var eventsPath: String {
        let safe =
            signature.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-_"))) ?? ""
        return "/api/texttoimage/jobs/\(job)/events?signature=\(safe)"
    }

    private struct Question: Encodable {
        let jobid: Int64
        let signature: String
    }
}

/// What a submission is answered with.
struct SubmissionReport: Decodable {
    let jobid: Int64?
    let signature: String?
    let message: String?
    let code: String?
}
