import Glibc

/// The directory that holds everything this server keeps, and the right to write there: as long as this object lives, no other
/// process has it.
///
/// The lock is the operating system's (`flock`) and goes with the process, however that ends.
package final class DataDirectory: Sendable {
    package let path: String
    /// What an operator should mend, in sentences; nothing is refused because of it.
    package let warnings: [String]
    private let lock: Int32

    package var databasePath: String { path + "/minitoolai.db" }
    package var pepperPath: String { path + "/pepper" }
    package var controlSocketPath: String { path + "/control.sock" }

    /// Creates the directory (mode 0700, with its parents) when it is not there, and takes its lock.
    /// - Throws: ``StoreFailure/directoryInUse(path:processID:)`` when another process has it, or what the system refused.
    package init(_ path: String) throws {
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        try DataDirectory.create(path)
        let lockPath = path + "/lock"
        let file = open(lockPath, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StoreFailure.last("open", lockPath) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            let failure = StoreFailure.last("lock", lockPath)
            let isTaken = errno == EWOULDBLOCK
            close(file)
            throw isTaken ? .directoryInUse(path: path, processID: try DataDirectory.holder(of: lockPath)) : failure
        }
        let name = Array("\(getpid())\n".utf8)
        guard ftruncate(file, 0) == 0, write(file, name, name.count) == name.count else {
            let failure = StoreFailure.last("write", lockPath)
            close(file)
            throw failure
        }
        self.path = path
        lock = file
        warnings = try DataDirectory.warnings(about: path)
    }

    deinit { close(lock) }

    /// The 32 random bytes that turn API keys into what the database keeps of them: made once, beside a database that does not
    /// exist yet, and read ever after.
    /// - Throws: ``StoreFailure/pepperMissing(path:)`` when there is a database but no pepper, and
    ///   ``StoreFailure/databaseMissing(path:pepper:)`` when there is a pepper but no database: a ledger is not replaced by an empty one.
    package func pepper() throws -> [UInt8] {
        if let bytes = try PrivateFile.read(pepperPath, bytesMax: Limits.pepperBytes + 1) {
            guard bytes.count == Limits.pepperBytes else {
                throw StoreFailure.pepperMalformed(path: pepperPath, bytes: bytes.count)
            }
            guard PrivateFile.exists(databasePath) else {
                throw StoreFailure.databaseMissing(path: databasePath, pepper: pepperPath)
            }
            return bytes
        }
        guard !PrivateFile.exists(databasePath) else { throw StoreFailure.pepperMissing(path: pepperPath) }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<Limits.pepperBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        try PrivateFile.write(bytes, to: pepperPath)
        return bytes
    }

    /// The process that has the directory at `path`, or nil when none has, or it cannot be told.
    package static func holder(ofDirectory path: String) throws -> Int32? {
        let lockPath = path + "/lock"
        let file = open(lockPath, O_RDWR | O_CLOEXEC)
        if file < 0, errno == ENOENT { return nil }
        guard file >= 0 else { throw StoreFailure.last("open", lockPath) }
        defer { close(file) }
        return flock(file, LOCK_EX | LOCK_NB) == 0 ? nil : try holder(of: lockPath)
    }

    private static func holder(of lockPath: String) throws -> Int32? {
        let text = try PrivateFile.read(lockPath, bytesMax: 32).map { String(decoding: $0, as: UTF8.self) }
        return text.flatMap { Int32($0.prefix { $0.isNumber }) }
    }

    private static func create(_ path: String) throws {
        if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, PrivateFile.directoryOf(path) != path else { throw StoreFailure.last("create", path) }
        try create(PrivateFile.directoryOf(path))
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw StoreFailure.last("create", path) }
    }

    private static func warnings(about path: String) throws -> [String] {
        var found = stat()
        guard stat(path, &found) == 0 else { throw StoreFailure.last("look at", path) }
        guard found.st_mode & 0o077 != 0 else { return [] }
        return ["the data directory \(path) is open to other users of this machine: chmod 700 it"]
    }
}
