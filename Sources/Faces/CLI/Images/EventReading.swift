import Foundation

/// A job's events while they are read, however they are cut.
struct EventReading {
    private var rest: [UInt8] = []
    /// Of a job that is over.
    private(set) var last: ImageReport?

    /// - Throws: ``Failure`` for a line that is no event of ours.
    mutating func take(_ bytes: [UInt8], _ show: (ImageReport) -> Void) throws {
        rest += bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest[..<end], as: UTF8.self)
            rest.removeFirst(end + 1)
            try take(line, show)
        }
        guard rest.count <= ImageLimits.answerBytesMax else { throw Failure(.unavailable, "an event of the job is too long") }
    }

    /// `data: …` is read; `event: progress` and comments say nothing that it does not.
    private mutating func take(_ line: String, _ show: (ImageReport) -> Void) throws {
        guard last == nil, line.hasPrefix("data:") else { return }
        let data = Data(line.dropFirst(5).drop { $0 == " " || $0 == "\r" }.utf8)
        do {
            let report = try ChatReading.decoder().decode(ImageReport.self, from: data)
            show(report)
            if report.isOver { last = report }
        } catch {
            throw Failure(.unavailable, "an event of the job cannot be read")
        }
    }
}
