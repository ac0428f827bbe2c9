import Foundation

/// An answer while it is read.
struct ChatReading {
    var status = 0
    var isStream = false
    var answer = ChatAnswer()
    var bytes = Data()
    private var isDone = false

    mutating func takeLines(_ show: (String) -> Void) throws {
        while let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: bytes[bytes.startIndex..<end], as: UTF8.self)
            bytes = Data(bytes[(end + 1)...])
            try take(line, show)
        }
    }

    /// One line of the event stream: `data: …`, or the comment with the bill, `: cost 0.000012 balance 4.999988`.
    private mutating func take(_ line: String, _ show: (String) -> Void) throws {
        if line.hasPrefix(": cost ") {
            let words = line.split(separator: " ")
            if words.count == 5 { (answer.cost, answer.balance) = (String(words[2]), String(words[4])) }
        }
        guard line.hasPrefix("data:") else { return }
        let data = line.dropFirst(5).drop { $0 == " " }
        if data.hasPrefix("[DONE]") { isDone = true } else { try take(piece(in: Data(data.utf8)), show) }
    }

    private mutating func take(_ piece: ChatPiece, _ show: (String) -> Void) throws {
        if let fault = piece.error {
            throw Failure(.refused, status == 200 ? "the answer broke off: \(fault.sentence)" : "\(status) \(fault.sentence)")
        }
        if !piece.text.isEmpty {
            answer.text += piece.text
            show(piece.text)
        }
        answer.model = piece.model ?? answer.model
        answer.finishReason = piece.choices?.first?.finishReason ?? answer.finishReason
        answer.usage = piece.usage ?? answer.usage
    }

    mutating func finish(_ show: (String) -> Void) throws {
        if isStream {
            guard isDone else { throw Failure(.unavailable, "the answer broke off before its end") }
        } else {
            try take(piece(in: bytes), show)
            guard status == 200 else { throw Failure(.unavailable, "the server answered with status \(status)") }
        }
    }

    static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }

    private func piece(in data: Data) throws -> ChatPiece {
        do {
            return try ChatReading.decoder().decode(ChatPiece.self, from: data)
        } catch {
            throw Failure(.unavailable, "the answer (status \(status)) is not what this client knows: is the address right?")
        }
    }
}

extension ChatPiece.Fault {
    fileprivate var sentence: String { code.map { "\($0): \(message)" } ?? message }
}
