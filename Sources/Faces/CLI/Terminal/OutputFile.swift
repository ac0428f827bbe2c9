import Foundation

/// A file that a command writes for its caller: the whole of it or nothing.
struct OutputFile: Hashable, Sendable {
    let path: String

    /// - Throws: ``Failure`` when nothing can be put there.
    func prepare() throws {
        var isDirectory: ObjCBool = false
        let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
        guard !path.isEmpty, !path.hasSuffix("/"), !(isThere && isDirectory.boolValue) else {
            throw Failure(.inputOutput, "--output: expected a file, got \(path.isEmpty ? "nothing" : "the directory \(path)")")
        }
        guard access(folder, W_OK) == 0 else { throw Failure(.inputOutput, "\(folder) is not there or cannot be written to") }
    }

    private var folder: String {
        URL(fileURLWithPath: path).resolvingSymlinksInPath().deletingLastPathComponent().path(percentEncoded: false)
    }

    /// It is written under another name beside its place. What is there and no file, a device or a pipe, is written into instead.
    func write(_ bytes: some DataProtocol) throws {
        let bytes = Data(bytes)
        var found = stat()
        if stat(path, &found) == 0, found.st_mode & S_IFMT != S_IFREG {
            guard let file = FileHandle(forWritingAtPath: path) else { throw Failure(.inputOutput, "\(path) cannot be opened") }
            try file.write(contentsOf: bytes)
            return try file.close()
        }
        let draft = folder + "/.minitoolai-\(UUID().uuidString).part"
        do {
            try bytes.write(to: URL(fileURLWithPath: draft), options: .withoutOverwriting)
            let place = URL(fileURLWithPath: path).resolvingSymlinksInPath().path(percentEncoded: false)
            guard rename(draft, place) == 0 else { throw Failure(.inputOutput, "\(path): \(String(cString: strerror(errno)))") }
        } catch {
            unlink(draft)
            throw error
        }
    }
}
