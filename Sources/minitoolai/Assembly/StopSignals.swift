import Foundation
import Synchronization

/// SIGTERM and SIGINT: the first asks the server to finish, the second ends the process at once.
///
/// A signal's handler writes into a pipe, which is all that a handler may do, and a thread reads from it. A dispatch source
/// would be less to write, but on Linux it loses the first signal when that comes soon after it was made: its handler raises the
/// signal again for the thread it happened to be on.
struct StopSignals {
    /// The number of the first one; a second ends the process.
    let heard: AsyncStream<Int32>

    init() throws {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw StopSignalsFailure(code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        heard = stream
        StopSignals.writing.store(ends[1], ordering: .sequentiallyConsistent)

        let reading = ends[0]
        let thread = Thread {
            var isFirst = true
            while let number = StopSignals.next(from: reading) {
                guard isFirst else { _exit(128 + number) }
                isFirst = false
                continuation.yield(number)
            }
        }
        thread.name = "signals"
        thread.start()

        for number in [SIGTERM, SIGINT] {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                let before = errno
                _ = write(StopSignals.writing.load(ordering: .sequentiallyConsistent), &byte, 1)
                errno = before
            }
        }
    }

    /// Waits for the first one.
    func first() async -> Int32 {
        for await number in heard { return number }
        return 0
    }

    /// Where handlers write. Set before there is one.
    private static let writing = Atomic<Int32>(-1)

    /// nil: the pipe is gone, which it never is while the process lives.
    private static func next(from pipe: Int32) -> Int32? {
        var byte: UInt8 = 0
        while true {
            switch read(pipe, &byte, 1) {
            case 1: return Int32(byte)
            case -1 where errno == EINTR: continue
            default: return nil
            }
        }
    }
}

struct StopSignalsFailure: Error, CustomStringConvertible {
    let code: Int32
    var description: String { "signals cannot be heard: \(String(cString: strerror(code)))" }
}
