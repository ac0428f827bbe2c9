import CSpawn
import Glibc

/// Starts a program without a shell.
enum Spawn {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// - Parameters:
    ///   - program: a path, or a name that is looked for in `PATH`.
    ///   - environment: all it is given, as `NAME=value`: none of the server's secrets by themselves.
    ///   - files: what it has open, from 0 on. Nothing else of the server's.
    ///   - group: the process group it joins; 0: one of its own, so that a key pressed at the server's terminal is the server's alone.
    static func start(
        _ program: String, _ arguments: [String], environment: [String], files: [CInt], group: pid_t = 0
    ) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Their own numbers are above those they get, or come in order: none is overwritten before it was handed on.
        for (place, file) in files.enumerated() { posix_spawn_file_actions_adddup2(&actions, file, CInt(place)) }
        posix_spawn_file_actions_addclosefrom_np(&actions, CInt(files.count))

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
        posix_spawnattr_setpgroup(&attributes, group)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

        let words = ([program] + arguments).map { strdup($0) } + [nil]
        let surroundings = environment.map { strdup($0) } + [nil]
        defer { for text in words + surroundings { free(text) } }
        var id: pid_t = 0
        let error = posix_spawnp(&id, program, &actions, &attributes, words, surroundings)
        guard error == 0 else {
            let why =
                error == ENOENT
                ? "is not installed, or not where the configuration says"
                : "cannot be started: \(String(cString: strerror(error)))"
            throw Failure(description: "\(program) \(why)")
        }
        return id
    }

    /// `NAME=value` of those of the server's own variables that are set.
    static func inherited(_ names: [String]) -> [String] {
        names.compactMap { name in getenv(name).map { "\(name)=\(String(cString: $0))" } }
    }

    /// How a process ended, from what `waitpid` says; nil: well.
    static func ending(_ status: CInt) -> String? {
        let signal = status & 0x7F
        if signal != 0 { return "ended by signal \(signal)" }
        return status == 0 ? nil : "ended with code \((status >> 8) & 0xFF)"
    }
}
