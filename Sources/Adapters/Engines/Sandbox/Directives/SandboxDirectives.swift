import Units

/// What the magic words of a message ask for: `[sandbox: status=429; retry-after=1500]`.
///
/// They may stand anywhere in the last user message, several in one pair of brackets parted by `;` or in brackets of their
/// own; a later one replaces an earlier one of its kind. The guide is docs/guides/sandbox.md.
struct SandboxDirectives: Hashable, Sendable {
    /// A failure instead of an answer.
    enum Failure: Hashable, Sendable {
        case status(Int)
        case unreachable
    }

    /// How an answer goes wrong on its way.
    struct Cut: Hashable, Sendable {
        enum Kind: String, Hashable, Sendable { case `break`, stall, malformed }
        var kind: Kind
        /// Chunks that arrive before, the first, empty one included.
        var afterChunks: Int
    }

    /// What is reported instead of the true count; nil inside: nothing.
    enum Report: Hashable, Sendable {
        case nothing
        case usage(Usage)
    }

    /// What is answered instead of what the sandbox would say.
    enum Content: Hashable, Sendable {
        case text(String)
        case refusal(String)
        case tokens(Int)
    }

    var failure: Failure?
    var retryAfterMilliseconds: Int?
    var delayNanoseconds: Int64?
    var paceNanoseconds: Int64?
    var cut: Cut?
    var report: Report?
    var content: Content?
    var finish: String?

    static let known = [
        "status=429", "retry-after=1500ms", "unreachable", "delay=500ms", "pace=50ms", "break after=5", "stall after=5",
        "malformed after=3", "no usage", "usage prompt=17 completion=3", "tokens=200", "say …", "refuse …",
        "finish=content_filter",
    ]
}
