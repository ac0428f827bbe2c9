import Synchronization

@testable import CLI

/// What a command said, and how it ended.
struct Spoken: Sendable {
    let status: Int32
    let printed: String
    let notes: String
    /// What was printed that is no text.
    var bytes: [UInt8] = []

    var lines: [Substring] { printed.split(separator: "\n") }

    static func run(
        _ arguments: [String], in house: House = .empty, environment: [String: String] = [:], input: String = "",
        isWatched: Bool = false
    ) async -> Spoken {
        let heard = Heard()
        let terminal = Terminal(
            environment: environment, write: { text in heard.printed.withLock { $0 += text } },
            writeNote: { text in heard.notes.withLock { $0 += text } }, readAll: { Array(input.utf8) },
            writeBytes: { bytes in heard.bytes.withLock { $0 += bytes } }, isWatched: isWatched)
        let status = await MiniToolAI.run(arguments, in: house, at: terminal)
        return Spoken(
            status: status, printed: heard.printed.withLock { $0 }, notes: heard.notes.withLock { $0 },
            bytes: heard.bytes.withLock { $0 })
    }

    private final class Heard: Sendable {
        let printed = Mutex("")
        let notes = Mutex("")
        let bytes = Mutex<[UInt8]>([])
    }
}

extension House {
    /// Nobody is at home.
    static let empty = House(
        serve: { _, _, _ in throw Failure(.unavailable, "nobody serves") },
        configuration: { _, _ in ConfigurationListing(keys: []) }, dataDirectory: { _ in "/nowhere" },
        answer: { _, _ in throw Failure(.unavailable, "nobody answers") })
}
