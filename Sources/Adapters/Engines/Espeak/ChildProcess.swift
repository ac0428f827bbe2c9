import CSpawn
import Glibc
import Inference
import NIOPosix
import Synchronization

/// A program that reads its input and writes its output, in a process of its own.
final class ChildProcess: Sendable {
    private let id: pid_t
    /// What it writes: to be closed by whoever reads it.
    let output: CInt
    /// Its number may be another's.
    private let isGone = Mutex(false)

    private init(id: pid_t, output: CInt) {
        self.id = id
        self.output = output
    }

    /// Starts a program without a shell; its errors go nowhere, and it dies of a pipe that nobody reads.
    /// - Parameters:
    ///   - program: a path, or a name that is looked for in `PATH`.
    ///   - input: what it reads, from a file in memory that nobody else sees and that makes nobody wait.
    static func start(_ program: String, _ arguments: [String], input: [UInt8]) throws(EngineFailure) -> ChildProcess {
        let file = memfd_create("input", UInt32(MFD_CLOEXEC))
        guard file >= 0 else { throw EngineFailure(.unreachable, detail: "no memory for the text: errno \(errno)") }
        defer { close(file) }
        guard input.withUnsafeBytes({ write(file, $0.baseAddress, $0.count) }) == input.count, lseek(file, 0, SEEK_SET) == 0
        else {
            throw EngineFailure(.unreachable, detail: "no memory for the text: errno \(errno)")
        }
        var ends: [CInt] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw EngineFailure(.unreachable, detail: "no pipe: errno \(errno)") }
        defer { close(ends[1]) }
        do throws(EngineFailure) {
            return ChildProcess(id: try spawn(program, arguments, input: file, output: ends[1]), output: ends[0])
        } catch {
            close(ends[0])
            throw error
        }
    }

    private static func spawn(
        _ program: String, _ arguments: [String], input: CInt, output: CInt
    ) throws(EngineFailure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A server ignores SIGPIPE, and a program that does too would speak to nobody to its end.
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        // A key pressed at the server's terminal is the server's alone.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let surroundings = environment.map { strdup($0) } + [nil]
        defer { for text in words + surroundings { free(text) } }
        var id: pid_t = 0
        let error = posix_spawnp(&id, program, &actions, &attributes, words, surroundings)
        guard error == 0 else {
            let why =
                error == ENOENT ? "is not installed, or not where the configuration says" : "cannot be started: errno \(error)"
            throw EngineFailure(.unreachable, detail: "\(program) \(why)")
        }
        return id
    }

    /// What a program needs to be found and to read UTF-8: none of the server's secrets.
    private static var environment: [String] {
        let kept: [String] = ["PATH", "ESPEAK_DATA_PATH", "LD_LIBRARY_PATH"].compactMap { name in
            guard let value = getenv(name) else { return nil }
            return "\(name)=\(String(cString: value))"
        }
        return kept + ["LANG=C.UTF-8"]
    }

    // MARK: Its end

    /// Ends it at once. Harmless when it has ended.
    func kill() { isGone.withLock { if !$0 { _ = Glibc.kill(id, SIGKILL) } } }

    /// Waits for its end, on a thread that may wait; to be called once.
    /// - Parameter then: is told, on that thread, how it ended, in words; nil: well.
    func whenEnded(_ then: @escaping @Sendable (String?) -> Void) {
        NIOThreadPool.singleton.submit { [self] _ in then(waited()) }
    }

    private func waited() -> String? {
        var about = siginfo_t()
        // It is left as it is, so that its number cannot become another's before that is known here.
        while waitid(P_PID, id_t(id), &about, WEXITED | WNOWAIT) < 0, errno == EINTR {}
        var status: CInt = 0
        isGone.withLock { isGone in
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            isGone = true
        }
        let signal = status & 0x7F
        if signal != 0 { return "ended by signal \(signal)" }
        return status == 0 ? nil : "ended with code \((status >> 8) & 0xFF)"
    }
}
