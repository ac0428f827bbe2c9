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
        guard case .file(let path) = self else { return }
        var isDirectory: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard !path.isEmpty, !path.hasSuffix("/"), !(isThere && isDirectory.boolValue) else {
            throw Failure(.inputOutput, "--output: expected a file, got \(path.isEmpty ? "nothing" : "the directory \(path)")")
        }
        let folder = folder(of: path)
        guard access(folder, W_OK) == 0 else { throw Failure(.inputOutput, "\(folder) is not there or cannot be written to") }
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

    private func folder(of path: String) -> String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path(percentEncoded: false)
    }

    /// The whole file or none: it is written under another name beside its place. What is there and no file, a device or a pipe, is
    /// written into instead.
    private func write(_ bytes: [UInt8], to path: String) throws -> String {
        var found = stat()
        if stat(path, &found) == 0, found.st_mode & S_IFMT != S_IFREG {
            guard let file = FileHandle(forWritingAtPath: path) else { throw Failure(.inputOutput, "\(path) cannot be opened") }
            try file.write(contentsOf: Data(bytes))
            try file.close()
            return path
        }
        let draft = folder(of: path) + "/.minitoolai-\(UUID().uuidString).part"
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: draft), options: .withoutOverwriting)
            let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path(percentEncoded: false)
            guard rename(draft, place) == 0 else { throw Failure(.inputOutput, "\(path): \(String(cString: strerror(errno)))") }
            return path
        } catch {
            unlink(draft)
            throw error
        }
    }
}
