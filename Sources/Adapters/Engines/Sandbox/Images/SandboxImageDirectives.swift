import Inference

/// What the magic words of a prompt ask for: `[sandbox: fail=busy; fail_times=2]`. They are written as those of chat, and a later one
/// replaces an earlier one of its kind. The guide is docs/guides/sandbox.md.
struct SandboxImageDirectives: Hashable, Sendable {
    var failure: ImageFailure.Kind?
    var retryAfterMilliseconds: Int?
    /// Attempts that fail before one succeeds; nil: all of them, if a failure is asked for.
    var failTimes: Int?
    var delayNanoseconds: Int64?
    /// Whether another scheduler is used than was asked for.
    var substitutes = false

    static let known = [
        "fail=refused", "fail=busy", "fail=lost", "fail=timeout", "fail=broken", "fail=wrong_result", "retry-after=1500ms",
        "fail_times=2", "delay=2s", "substitute",
    ]

    private static let failures: [String: ImageFailure.Kind] = [
        "refused": .refused, "busy": .busy, "lost": .lost, "timeout": .timedOut, "broken": .broken, "wrong_result": .wrongResult,
    ]

    /// Takes the directives out of a prompt.
    /// - Returns: what they ask for, and the prompt without them.
    static func read(_ prompt: String) throws(SandboxObjection) -> (directives: SandboxImageDirectives, text: String) {
        var directives = SandboxImageDirectives()
        var text = ""
        var rest = prompt[...]
        while let opening = rest.nextSandboxOpening {
            text += rest[..<opening.lowerBound]
            let inside = rest[opening.upperBound...]
            guard let end = inside.firstIndex(of: "]") else {
                throw objection("A directive '[sandbox: …' is not closed with ']'.")
            }
            for item in inside[..<end].split(separator: ";") { try directives.read(item.trimmed(of: " ")) }
            rest = inside[inside.index(after: end)...]
        }
        text += rest
        return (directives, text.trimmed(of: " \n\t\r"))
    }

    private mutating func read(_ item: String) throws(SandboxObjection) {
        guard !item.isEmpty else { return }
        let sides = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { $0.trimmed(of: " ") }
        switch (sides[0].lowercased(), sides.dropFirst().first) {
        case ("fail", let value?):
            guard let kind = SandboxImageDirectives.failures[value.lowercased()] else {
                throw SandboxImageDirectives.unknown(item)
            }
            failure = kind
        case ("fail_times", let value?):
            guard let times = Int(value), 0...SandboxImageLimits.failTimesMax ~= times else {
                throw SandboxImageDirectives.objection(
                    "The sandbox directive '\(item.prefix(80))' needs a number from 0 to \(SandboxImageLimits.failTimesMax).")
            }
            failTimes = times
        case ("retry-after", let value?):
            retryAfterMilliseconds = Int(try SandboxDirectives.nanoseconds(value, item) / 1_000_000)
        case ("delay", let value?): delayNanoseconds = try SandboxDirectives.nanoseconds(value, item)
        case ("substitute", nil): substitutes = true
        default: throw SandboxImageDirectives.unknown(item)
        }
    }

    /// How an attempt ends that is to fail; nil when it is to succeed.
    /// - Parameter attempt: from 1.
    func failure(ofAttempt attempt: Int) -> ImageFailure? {
        guard failure != nil || failTimes != nil, attempt <= failTimes ?? .max else { return nil }
        let kind = failure ?? .broken
        return ImageFailure(
            kind, detail: "sandbox: was asked to fail as \(kind.rawValue)", retryAfterMilliseconds: retryAfterMilliseconds)
    }

    private static func unknown(_ item: String) -> SandboxObjection {
        let list = known.map { "[sandbox: \($0)]" }.joined(separator: ", ")
        return objection("The sandbox does not know the directive '\(item.prefix(80))'. For pictures it knows: \(list).")
    }

    private static func objection(_ message: String) -> SandboxObjection {
        SandboxObjection(message, param: "prompt", code: "invalid_sandbox_directive")
    }
}
