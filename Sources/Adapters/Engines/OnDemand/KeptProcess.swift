import CSpawn
import Glibc
import NIOPosix
import Synchronization

/// One life of an engine's own process, under its keeper.
final class KeptProcess: Sendable {
    private let id: pid_t
    private let output: CInt
    /// Open while the engine is to live.
    private let lifeline: Mutex<CInt?>
    /// It blocks: one thread for each engine that runs.
    private let thread = NIOThreadPool(numberOfThreads: 1)

    /// - Parameters:
    ///   - program: what keeps: this program itself.
    ///   - grace: how long the engine has to end when it is told to, in milliseconds.
    init(keeper program: String, grace: Int64, command: [String], environment: [String]) throws(Spawn.Failure) {
        var (written, told): ([CInt], [CInt]) = ([-1, -1], [-1, -1])
        guard pipe2(&written, O_CLOEXEC) == 0 else { throw Spawn.Failure(description: "no pipe: errno \(errno)") }
        guard pipe2(&told, O_CLOEXEC) == 0 else {
            for end in written { close(end) }
            throw Spawn.Failure(description: "no pipe: errno \(errno)")
        }
        let nowhere = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer { for end in [nowhere, written[1], told[0]] { close(end) } }
        do throws(Spawn.Failure) {
            id = try Spawn.start(
                program, [Keeper.word, String(grace)] + command, environment: environment,
                files: [nowhere, written[1], written[1], told[0]])
        } catch {
            for end in [written[0], told[1]] { close(end) }
            throw error
        }
        output = written[0]
        lifeline = Mutex(told[1])
    }

    /// Tells it to end. Harmless when it has ended.
    func stop() {
        lifeline.withLock { end in
            if let end { close(end) }
            end = nil
        }
    }

    /// Waits for its end, whatever becomes of the task, and sees that nothing of it is left. To be called once.
    /// - Parameter line: hears each line it writes.
    /// - Returns: how it ended, in words.
    func ended(hearing line: @escaping @Sendable (String) -> Void) async -> String {
        thread.start()
        let how = await withCheckedContinuation { (continuation: CheckedContinuation<String, Never>) in
            thread.submit { [self] _ in continuation.resume(returning: waited(hearing: line)) }
        }
        stop()
        try? await thread.shutdownGracefully()
        return how
    }

    private func waited(hearing line: (String) -> Void) -> String {
        defer { close(output) }
        let end = open_process(id)
        defer { close(end) }
        var lines = OutputLines()
        var events = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: end, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            poll(&events, nfds_t(events.count), -1)
            if events[0].revents != 0, !lines.read(output, each: line) {
                // Nobody writes any more; whether it has ended is another matter.
                events[0].fd = -1
            }
            if events[1].revents != 0 { break }
        }
        // It is not reaped yet, so its number is still its group's: what is left of it goes.
        kill(-id, SIGKILL)
        var status: CInt = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
        while lines.read(output, each: line) {}
        lines.finish(each: line)
        return Spawn.ending(status) ?? "ended"
    }
}

/// What a process writes, line by line; what is no text is left out.
struct OutputLines {
    /// Bytes of a line that are kept: progress bars write lines without end.
    static let bytesMax = 2000

    private var line: [UInt8] = []
    private var buffer = [UInt8](repeating: 0, count: 16 << 10)

    /// - Returns: false at the end of the file, or when there is nothing to read.
    mutating func read(_ file: CInt, each: (String) -> Void) -> Bool {
        let count = buffer.withUnsafeMutableBytes { Glibc.read(file, $0.baseAddress, $0.count) }
        guard count > 0 else { return count < 0 && errno == EINTR }
        take(buffer[..<count], each: each)
        return true
    }

    mutating func take(_ bytes: some Sequence<UInt8>, each: (String) -> Void) {
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): finish(each: each)
            case 0x20..., UInt8(ascii: "\t"): if line.count < OutputLines.bytesMax { line.append(byte) }
            default: break
            }
        }
    }

    mutating func finish(each: (String) -> Void) {
        if !line.isEmpty { each(String(decoding: line, as: UTF8.self)) }
        line.removeAll(keepingCapacity: true)
    }
}
