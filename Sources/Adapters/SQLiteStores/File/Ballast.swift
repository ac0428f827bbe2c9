import Glibc

/// A file of nothing that keeps space for bad times: on a full disk it is removed first, so that what is under way can be
/// written to its end while nothing new is begun.
final class Ballast: Sendable {
    private let path: String
    private let bytes: Int

    /// - Parameter bytes: 0 for none.
    init(beside database: String, bytes: Int) {
        path = database + "-ballast"
        self.bytes = bytes
    }

    /// Makes sure it is there and that beside it a quarter of its size is free, lest it be laid down and given up in turn.
    /// - Returns: whether it is.
    func lay() -> Bool {
        if bytes == 0 { return true }
        let file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
        guard file >= 0 else { return false }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { return false }
        let isThere = status.st_size >= bytes && Int(status.st_blocks) * 512 >= bytes
        guard isThere || (posix_fallocate(file, 0, off_t(bytes)) == 0 && freeBytes(file) >= bytes / 4) else {
            giveUp()
            return false
        }
        return true
    }

    func giveUp() { unlink(path) }

    private func freeBytes(_ file: Int32) -> Int {
        var system = statvfs()
        guard fstatvfs(file, &system) == 0 else { return 0 }
        return Int(system.f_bavail) * Int(system.f_frsize)
    }
}
