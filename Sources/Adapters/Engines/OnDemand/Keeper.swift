import CSpawn
import Glibc

/// The process between the server and an engine's own: it ends the engine when the server says so or is gone, however that died, and
/// reaps whatever the engine leaves behind.
package enum Keeper {
    /// The first argument that makes this program a keeper. Not a command for people.
    package static let word = "--keep-engine"
    /// The descriptor whose other end the server holds: when that is closed, the engine is to end.
    static let lifeline: CInt = 3
    /// A program that cannot be started, as shells have it.
    private static let notStarted: CInt = 127

    /// - Parameter arguments: how long the engine has to end by itself, in milliseconds, then the program and its arguments.
    /// - Returns: the engine's own exit code, or 128 and its signal.
    package static func run(_ arguments: [String]) -> CInt {
        guard arguments.count >= 2, let grace = Int(arguments[0]) else { return notStarted }
        // The group is told to end, and this one is of the group.
        for number in [SIGTERM, SIGINT, SIGHUP] { signal(number, SIG_IGN) }
        _ = adopt_orphans()
        let engine: pid_t
        do throws(Spawn.Failure) { engine = try start(arguments[1], Array(arguments.dropFirst(2))) } catch {
            let words = Array("\(error)\n".utf8)
            write(2, words, words.count)
            return notStarted
        }
        // Who reads the engine's output is to hear its end.
        let nowhere = open("/dev/null", O_RDWR)
        for file: CInt in 0...2 { dup2(nowhere, file) }
        return watch(engine, grace: grace)
    }

    /// In the keeper's own group, so that the server can end both should the keeper itself be killed.
    private static func start(_ program: String, _ arguments: [String]) throws(Spawn.Failure) -> pid_t {
        try Spawn.start(program, arguments, environment: variables, files: [0, 1, 2], group: getpgrp())
    }

    private static var variables: [String] {
        var variables: [String] = []
        var next = environ
        while let variable = next.pointee {
            variables.append(String(cString: variable))
            next += 1
        }
        return variables
    }

    private static func watch(_ engine: pid_t, grace: Int) -> CInt {
        var ends = [
            pollfd(fd: lifeline, events: Int16(POLLIN), revents: 0),
            pollfd(fd: open_process(engine), events: Int16(POLLIN), revents: 0),
        ]
        var deadline: Int?
        while true {
            // Once a second for orphans, which nothing else announces.
            poll(&ends, nfds_t(ends.count), CInt(max(0, min(deadline.map { $0 - milliseconds } ?? 1000, 1000))))
            var status: CInt = 0
            while true {
                let ended = waitpid(-1, &status, WNOHANG)
                guard ended > 0 else { break }
                guard ended == engine else { continue }
                // What it leaves behind goes with it; the server sees to that while it lives.
                if deadline != nil { kill(-getpgrp(), SIGKILL) }
                return code(status)
            }
            if let deadline {
                if milliseconds >= deadline { kill(-getpgrp(), SIGKILL) }
            } else if ends[0].revents != 0 {
                // The end of the file, for nothing is ever written.
                ends[0].fd = -1
                deadline = milliseconds + grace
                kill(-getpgrp(), SIGTERM)
            }
        }
    }

    private static var milliseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    private static func code(_ status: CInt) -> CInt {
        let signal = status & 0x7F
        return signal != 0 ? 128 + signal : (status >> 8) & 0xFF
    }
}
