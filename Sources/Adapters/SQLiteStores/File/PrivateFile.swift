import Glibc

/// Files that only their owner may read.
enum PrivateFile {
    /// Creates `path` with mode 0600 unless it is there.
    static func createEmpty(at path: String) throws { _ = try createNew(at: path) }

    /// Creates `path` with mode 0600. False: it is there already, untouched.
    static func createNew(at path: String) throws -> Bool {
        let file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        if file < 0, errno == EEXIST { return false }
        guard file >= 0 else { throw StoreFailure.last("create", path) }
        close(file)
        return true
    }

    /// Writes `bytes` to the file `path`, which appears whole or not at all, and is durable when this returns.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let draft = path + ".new"
        let file = open(draft, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StoreFailure.last("create", draft) }
        defer { close(file) }
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0 else { throw StoreFailure.last("write", draft) }
        try move(draft, to: path)
    }

    /// Renames within one directory; durable when this returns.
    static func move(_ path: String, to destination: String) throws {
        guard rename(path, destination) == 0 else { throw StoreFailure.last("rename", path) }
        try makeDurable(directoryOf(destination))
    }

    /// nil: there is no such file.
    static func read(_ path: String, bytesMax: Int) throws -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw StoreFailure.last("open", path) }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: bytesMax)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count >= 0 else { throw StoreFailure.last("read", path) }
        return Array(bytes.prefix(count))
    }

    /// Flushes a file or a directory to the disk.
    static func makeDurable(_ path: String) throws {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw StoreFailure.last("open", path) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw StoreFailure.last("flush", path) }
    }

    static func remove(_ path: String) throws {
        guard unlink(path) == 0 || errno == ENOENT else { throw StoreFailure.last("remove", path) }
    }

    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

    static func directoryOf(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

extension StoreFailure {
    /// What the last system call said.
    static func last(_ operation: String, _ path: String) -> StoreFailure {
        let code = errno
        return .system(operation: operation, path: path, code: code, message: String(cString: strerror(code)))
    }
}
