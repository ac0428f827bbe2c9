import Foundation

/// Where a picture is put.
enum PicturePlace: Hashable, Sendable {
    case standardOutput
    case file(String)
    /// A file here, named after the job.
    case job

    /// - Parameter output: what `--output` says.
    init(_ output: String?) {
        switch output {
        case "-": self = .standardOutput
        case let path?: self = .file(path)
        case nil: self = .job
        }
    }

    /// - Throws: ``Failure`` when nothing can be put there.
    func prepare() throws {
        if case .file(let path) = self { try OutputFile(path: path).prepare() }
    }

    /// - Returns: the file; nil when it went to standard output.
    /// - Throws: ``Failure`` that also says where the picture can still be had.
    func keep(_ picture: ImageWait.Picture, of ticket: ImageTicket, at terminal: Terminal) throws -> String? {
        do {
            switch self {
            case .standardOutput:
                try terminal.writeBytes(picture.bytes)
                return nil
            case .file(let path): return try write(picture.bytes, to: path)
            case .job: return try write(picture.bytes, to: "image-\(ticket.job).\(ending(picture.report))")
            }
        } catch {
            let reason = (error as? Failure)?.message ?? error.localizedDescription
            throw picture.lost(Failure(.inputOutput, "the picture could not be written: \(reason)"))
        }
    }

    private func ending(_ report: ImageReport) -> String {
        switch report.format {
        case "jpeg": "jpg"
        case "webp": "webp"
        default: "png"
        }
    }

    private func write(_ bytes: [UInt8], to path: String) throws -> String {
        try OutputFile(path: path).write(bytes)
        return path
    }
}
