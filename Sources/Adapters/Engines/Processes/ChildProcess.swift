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
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(nowhere) }
        do throws(Spawn.Failure) {
            let id = try Spawn.start(program, arguments, environment: environment, files: [file, ends[1], nowhere])
            return ChildProcess(id: id, output: ends[0])
        } catch {
            close(ends[0])
            throw EngineFailure(.unreachable, detail: error.description)
        }
    }

    /// What a program needs to be found and to read UTF-8: none of the server's secrets.
    private static var environment: [String] {
        Spawn.inherited(["PATH", "ESPEAK_DATA_PATH", "LD_LIBRARY_PATH"]) + ["LANG=C.UTF-8"]
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
        return Spawn.ending(status)
    }
}
