import Foundation
import NIOCore
import NIOHTTP1

/// What is posted to `/v1/audio/speech`.
struct SpeechWish: Encodable, Sendable {
    let model: String
    let input: String
    let voice: String
    let responseFormat: String
    let speed: Double
    let instructions: String?
}

/// What came of it.
struct SpokenAnswer: Sendable {
    var bytes = Data()
    /// US dollars; nil when the server did not say.
    var cost: String?

    var bill: String { "\(bytes.count) bytes" + (cost.map { ", cost $\($0)" } ?? "") }
}

/// One text and the audio that a server makes of it.
struct SpeechVisit: Sendable {
    let line: ServerLine
    let isQuiet: Bool
    let terminal: Terminal

    /// The longest text at the slowest speed without compression is 53 MB.
    private static let bytesMax = 128 << 20
    private static let refusalBytesMax = 1 << 20

    /// - Parameter take: hears the audio as it comes.
    /// - Throws: ``Failure`` when the server refuses, breaks off or cannot be reached.
    func ask(_ wish: SpeechWish, take: ([UInt8]) throws -> Void) async throws -> SpokenAnswer {
        var status = 0
        var answer = SpokenAnswer()
        var told = 0
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        try await line.ask("/v1/audio/speech", body: try encoder.encode(wish)) { head in
            status = Int(head.status.code)
            answer.cost = head.headers.first(name: "x-minitoolai-cost")
        } onBytes: { bytes in
            answer.bytes.append(contentsOf: bytes.readableBytesView)
            guard answer.bytes.count <= (status == 200 ? SpeechVisit.bytesMax : SpeechVisit.refusalBytesMax) else {
                throw Failure(.refused, "the answer of \(line.server.authority) is too long")
            }
            guard status == 200 else { return }
            try take(Array(bytes.readableBytesView))
            if !isQuiet, answer.bytes.count - told >= 1 << 20 {
                told = answer.bytes.count
                terminal.note("\(told >> 20) MB so far")
            }
        }
        guard status == 200 else { throw refusal(status, answer.bytes) }
        return answer
    }

    private func refusal(_ status: Int, _ body: Data) -> Failure {
        struct Refusal: Decodable {
            struct Reason: Decodable {
                let message: String
                let code: String?
            }
            let error: Reason
        }
        guard let reason = try? JSONDecoder().decode(Refusal.self, from: body).error else {
            return Failure(.unavailable, "the server answered with status \(status)")
        }
        let words = [reason.code, reason.message].compactMap(\.self).joined(separator: ": ")
        return Failure(status >= 500 ? .unavailable : .refused, "\(status) \(words)")
    }
}
