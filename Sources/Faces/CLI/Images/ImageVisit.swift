import Foundation
import NIOCore
import NIOHTTP1

/// A job at a server, step by step: submitted, followed, cancelled, and its picture fetched.
struct ImageVisit: Sendable {
    /// With the key, which only the submission needs.
    let line: ServerLine
    var lookMilliseconds = ImageLimits.lookMilliseconds

    private var open: ServerLine { ServerLine(server: line.server, key: nil) }

    /// - Throws: ``Failure`` with the server's own reason when it refuses.
    func submit(_ wish: ImageWish) async throws -> ImageTicket {
        let (status, body) = try await whole(line, "/api/texttoimage/", body: try JSONEncoder().encode(wish))
        let report = try read(SubmissionReport.self, status, body)
        guard status == 200, let job = report.jobid, job > 0, let signature = report.signature else {
            throw Failure(.refused, "\(status) \([report.code, report.message].compactMap(\.self).joined(separator: ": "))")
        }
        return ImageTicket(job: job, signature: signature)
    }

    /// Ends the job, unless it is over.
    /// - Returns: the job as it is afterwards.
    func cancel(_ ticket: ImageTicket) async throws -> ImageReport { try await ask(after: ticket, .DELETE) }

    /// - Parameter show: hears where the job stands, whenever that changes.
    /// - Returns: the last report, of a job that is over.
    /// - Throws: ``Failure`` when the server stays away.
    func follow(_ ticket: ImageTicket, show: (ImageReport) -> Void) async throws -> ImageReport {
        if let report = try await watch(ticket, show) { return report }
        return try await look(after: ticket, show)
    }

    // MARK: Following

    /// The job's end as its events tell it; nil when they do not: a proxy may stand in between, or the server goes down.
    private func watch(_ ticket: ImageTicket, _ show: (ImageReport) -> Void) async throws -> ImageReport? {
        var isStream = false
        var reading = EventReading()
        do {
            try await open.ask(ticket.eventsPath, body: nil) { head in
                isStream = head.status == .ok && head.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true
            } onBytes: { bytes in
                if isStream { try reading.take(Array(bytes.readableBytesView), show) }
            }
        } catch let failure as Failure where failure.status == .unavailable {
            try Task.checkCancellation()
        }
        return reading.last
    }

    private func look(after ticket: ImageTicket, _ show: (ImageReport) -> Void) async throws -> ImageReport {
        var misses = 0
        for _ in 0..<ImageLimits.looksMax {
            do {
                let report = try await ask(after: ticket, .POST)
                misses = 0
                show(report)
                if report.isOver { return report }
            } catch let failure as Failure where failure.status == .unavailable {
                misses += 1
                guard misses < ImageLimits.missesMax else {
                    throw Failure(.unavailable, "\(failure.message); job \(ticket.job) may go on when the server is back")
                }
            }
            try await Task.sleep(for: .milliseconds(lookMilliseconds))
        }
        throw Failure(.unavailable, "job \(ticket.job) is not over, though no job takes so long; it is not asked after any more")
    }

    private func ask(after ticket: ImageTicket, _ method: HTTPMethod) async throws -> ImageReport {
        let (status, body) = try await whole(open, "/api/texttoimage/jobs/", body: try ticket.question(), method: method)
        return try read(ImageReport.self, status, body)
    }

    // MARK: The picture

    /// - Throws: ``Failure`` when there is no picture at that address.
    func fetch(_ url: String) async throws -> [UInt8] {
        let source = try PictureSource(url, at: line.server)
        var fetches = 1
        while true {
            do {
                return try await fetch(source)
            } catch let failure as Failure where failure.status == .unavailable && fetches < ImageLimits.fetchesMax {
                fetches += 1
                try await Task.sleep(for: .milliseconds(lookMilliseconds))
            }
        }
    }

    private func fetch(_ source: PictureSource) async throws -> [UInt8] {
        let (status, bytes) = try await whole(
            ServerLine(server: source.server, key: nil), source.path, body: nil, bytesMax: ImageLimits.pictureBytesMax)
        guard status == 200 else {
            throw Failure(status >= 500 ? .unavailable : .refused, "\(source.server.authority) answered with status \(status)")
        }
        guard Picture.mediaType(of: bytes) != nil else {
            throw Failure(.refused, "what \(source.server.authority) sent is no picture")
        }
        return Array(bytes)
    }

    // MARK: Answers

    private func whole(
        _ line: ServerLine, _ path: String, body: Data?, method: HTTPMethod? = nil, bytesMax: Int = ImageLimits.answerBytesMax
    ) async throws -> (status: Int, body: Data) {
        var status = 0
        var answer = Data()
        try await line.ask(path, body: body, method: method) {
            status = Int($0.status.code)
        } onBytes: { bytes in
            answer.append(contentsOf: bytes.readableBytesView)
            guard answer.count <= bytesMax else { throw Failure(.refused, "the answer of \(line.server.authority) is too long") }
        }
        return (status, answer)
    }

    private func read<Answer: Decodable>(_ type: Answer.Type, _ status: Int, _ body: Data) throws -> Answer {
        do {
            return try ChatReading.decoder().decode(type, from: body)
        } catch {
            throw Failure(.unavailable, "the answer (status \(status)) is not what this client knows: is the address right?")
        }
    }
}
