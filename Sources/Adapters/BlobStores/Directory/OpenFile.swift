import Glibc
import Units

/// A file or folder that is open, and closed when this goes. What lies in a folder is found by its name there and never through a symbolic
/// link, so that no link leads out of it.
struct OpenFile: ~Copyable, Sendable {
    private let descriptor: Int32
    /// How failures call it.
    let place: String

    private init(_ descriptor: Int32, _ place: String) {
        self.descriptor = descriptor
        self.place = place
    }

    deinit { close(descriptor) }

    // MARK: Folders

    /// Opens the folder at `path`, and makes it with mode 0700 when its parent is there but not it. The operator's own links are followed.
    static func folder(at path: String) throws(FileFailure) -> OpenFile {
        let isNew = mkdir(path, 0o700) == 0
        guard isNew || errno == EEXIST else { throw .last("make", path) }
        let folder = try opened(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), path)
        // A folder whose parent does not have it on the disk is lost with all that is in it.
        if isNew { try opened(openat(folder.descriptor, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC), path).flush() }
        return folder
    }

    private static func opened(_ descriptor: Int32, _ path: String) throws(FileFailure) -> OpenFile {
        guard descriptor >= 0 else { throw .last("open", path) }
        return OpenFile(descriptor, path)
    }

    /// - Returns: nil when there is none of that name.
    borrowing func folder(_ name: String) throws(FileFailure) -> OpenFile? {
        try found(openat(descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "\(place)/\(name)")
    }

    /// Makes it with mode 0700 unless it is there.
    borrowing func folderMadeIfMissing(_ name: String) throws(FileFailure) -> OpenFile {
        guard mkdirat(descriptor, name, 0o700) == 0 || errno == EEXIST else { throw .last("make a folder in", place) }
        guard let folder = try folder(name) else { throw FileFailure(operation: "open a folder in", place: place, code: ENOENT) }
        return folder
    }

    /// Removes a folder if it is empty; others stay.
    borrowing func removeIfEmpty(folder name: String) { unlinkat(descriptor, name, AT_REMOVEDIR) }

    /// The names in this folder, sorted; at most so many, without `.` and `..`.
    borrowing func names(atMost max: Int) throws(FileFailure) -> [String] {
        // Opened anew: a list has a position, and this descriptor is used by several threads.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { throw .last("list", place) }
        guard let list = fdopendir(copy) else {
            let failure = FileFailure.last("list", place)
            close(copy)
            throw failure
        }
        defer { closedir(list) }
        var names: [String] = []
        while names.count < max {
            errno = 0
            guard let entry = readdir(list) else {
                if errno != 0 { throw .last("list", place) }
                break
            }
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    // MARK: Files in a folder

    /// - Returns: nil when there is none of that name.
    borrowing func file(_ name: String) throws(FileFailure) -> OpenFile? {
        // Without O_NONBLOCK a pipe of that name would be waited for.
        try found(openat(descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), place)
    }

    /// A new file with mode 0600.
    borrowing func newFile(_ name: String) throws(FileFailure) -> OpenFile {
        let file = openat(descriptor, name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw .last("make a file in", place) }
        return OpenFile(file, place)
    }

    /// Puts a file in another's place.
    borrowing func rename(_ name: String, to other: String) throws(FileFailure) {
        guard renameat(descriptor, name, descriptor, other) == 0 else { throw .last("rename a file in", place) }
    }

    /// - Returns: whether there was one.
    @discardableResult
    borrowing func remove(_ name: String) throws(FileFailure) -> Bool {
        if unlinkat(descriptor, name, 0) == 0 { return true }
        guard errno == ENOENT else { throw .last("remove a file from", place) }
        return false
    }

    /// What a file in this folder is, without opening it; nil: there is none of that name.
    borrowing func status(of name: String) throws(FileFailure) -> FileStatus? {
        var status = stat()
        if fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 { return FileStatus(status) }
        guard errno == ENOENT else { throw .last("look at a file in", place) }
        return nil
    }

    private borrowing func found(_ descriptor: Int32, _ place: String) throws(FileFailure) -> OpenFile? {
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw .last("open what lies in", place) }
        return OpenFile(descriptor, place)
    }

    // MARK: Bytes

    borrowing func status() throws(FileFailure) -> FileStatus {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("look at a file in", place) }
        return FileStatus(status)
    }

    /// The first `count` bytes.
    borrowing func read(_ count: Int) throws(FileFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let more = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress?.advanced(by: done), count - done) }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw .last("read from", place) }
            guard more > 0 else { throw FileFailure(operation: "read all of a file in", place: place, code: EIO) }
            done += more
        }
        return bytes
    }

    borrowing func write(_ bytes: [UInt8]) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let more = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress?.advanced(by: done), bytes.count - done) }
            if more < 0, errno == EINTR { continue }
            guard more >= 0 else { throw .last("write to", place) }
            done += more
        }
    }

    /// Sets when it was last changed.
    borrowing func stamp(_ time: Instant) throws(FileFailure) {
        let times = [time.timespec, time.timespec]
        guard futimens(descriptor, times) == 0 else { throw .last("set a file's time in", place) }
    }

    /// Returns when the disk has it.
    borrowing func flush() throws(FileFailure) {
        guard fsync(descriptor) == 0 else { throw .last("flush", place) }
    }

    /// Bytes that are free on its disk for whoever runs this program.
    borrowing func freeBytes() throws(FileFailure) -> Int {
        var system = statvfs()
        guard fstatvfs(descriptor, &system) == 0 else { throw .last("look at the disk of", place) }
        return Int(system.f_bavail) * Int(system.f_frsize)
    }
}

/// What a directory says of a file.
struct FileStatus {
    /// No folder, link, pipe or device.
    let isFile: Bool
    let isFolder: Bool
    let bytes: Int
    let changed: Instant

    init(_ status: stat) {
        isFile = status.st_mode & S_IFMT == S_IFREG
        isFolder = status.st_mode & S_IFMT == S_IFDIR
        bytes = Int(status.st_size)
        changed = Instant(status.st_mtim)
    }
}
