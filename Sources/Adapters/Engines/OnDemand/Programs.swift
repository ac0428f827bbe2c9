import Glibc

/// Programs of this machine.
enum Programs {
    /// Whether a program can be started: a path, or a name that is looked for in `PATH`.
    static func isFound(_ program: String) -> Bool {
        if program.contains("/") { return access(program, X_OK) == 0 }
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").contains { access("\($0)/\(program)", X_OK) == 0 }
    }
}
