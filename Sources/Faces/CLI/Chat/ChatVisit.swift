import Foundation
import NIOCore
import NIOHTTP1

/// One question to a server and its answer, streamed or whole.
struct ChatVisit: Sendable {
    let line: ServerLine

    /// An answer that is longer without a line feed is no stream of ours.
    private static let lineBytesMax = 32 * 1024 * 1024

    /// - Parameter show: hears the text as it comes.
    /// - Throws: ``Failure`` when the server refuses, breaks off or cannot be reached.
    func ask(_ question: ChatQuestion, show: (String) -> Void) async throws -> ChatAnswer {
        var reading = ChatReading()
        try await line.ask("/v1/chat/completions", body: try JSONEncoder().encode(question)) { head in
            reading.status = Int(head.status.code)
            reading.isStream = head.headers.first(name: "content-type")?.hasPrefix("text/event-stream") ?? false
            reading.answer.cost = head.headers.first(name: "x-minitoolai-cost")
        } onBytes: { bytes in
            reading.bytes.append(contentsOf: bytes.readableBytesView)
            guard reading.bytes.count <= ChatVisit.lineBytesMax else { throw Failure(.unavailable, "the answer is too long") }
            if reading.isStream { try reading.takeLines(show) }
        }
        try reading.finish(show)
        if reading.answer.balance == nil { reading.answer.balance = try await balance() }
        return reading.answer
    }

    /// What is left to the key; nil when the server does not say.
    private func balance() async throws -> String? {
        var status = 0
        var body = Data()
        try await line.ask("/api/account/", body: nil) {
            status = Int($0.status.code)
        } onBytes: { bytes in
            body.append(contentsOf: bytes.readableBytesView)
        }
        guard status == 200 else { return nil }
        let balances = try ChatReading.decoder().decode(AccountBalances.self, from: body)
        return line.key?.hasPrefix("sk-test-") == true ? balances.testBalance : balances.balance
    }
}
