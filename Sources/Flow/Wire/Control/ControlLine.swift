import Foundation

/// How control requests and their answers travel: one JSON object on one line each.
package enum ControlLine {
    /// `{"open_account":{"name":"acme"}}` and a line feed.
    package static func bytes(of request: ControlRequest) throws -> [UInt8] { try line(request) }

    /// `{"document":{…}}` and a line feed.
    package static func bytes(of document: some Encodable) throws -> [UInt8] { try line(Reply(document: document, refusal: nil)) }

    /// `{"refusal":{"code":…,"message":…}}` and a line feed.
    package static func bytes(of refusal: ControlRefusal) throws -> [UInt8] {
        try line(Reply<Int>(document: nil, refusal: refusal))
    }

    /// - Throws: `DecodingError` when the line is not a request this version knows.
    package static func request(in line: [UInt8]) throws -> ControlRequest {
        try decoder().decode(ControlRequest.self, from: Data(line))
    }

    /// - Throws: ``ControlRefusal`` when that is the answer, `DecodingError` when the line is no answer to what was asked.
    package static func document<Document: Decodable>(_ type: Document.Type, in line: [UInt8]) throws -> Document {
        let reply = try decoder().decode(DecodedReply<Document>.self, from: Data(line))
        if let refusal = reply.refusal { throw refusal }
        guard let document = reply.document else {
            throw DecodingError.valueNotFound(type, .init(codingPath: [], debugDescription: "neither a document nor a refusal"))
        }
        return document
    }

    /// One document as the command line prints it: snake_case keys, sorted, on one line without a line feed.
    package static func json(_ document: some Encodable) throws -> String {
        String(decoding: try encoder().encode(document), as: UTF8.self)
    }

    private struct Reply<Document: Encodable>: Encodable {
        let document: Document?
        let refusal: ControlRefusal?
    }

    private struct DecodedReply<Document: Decodable>: Decodable {
        let document: Document?
        let refusal: ControlRefusal?
    }

    private static func line(_ value: some Encodable) throws -> [UInt8] {
        // JSONEncoder escapes every control character inside strings, so the only line feed is the last byte.
        Array(try encoder().encode(value)) + [UInt8(ascii: "\n")]
    }

    private static func encoder() -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }

    private static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return decoder
    }
}

/// Why an operator's request was not carried out. Nothing changed.
package struct ControlRefusal: Error, Codable, Hashable, Sendable {
    /// For programs: `account_unknown`, `reference_taken` …
    package let code: String
    /// For people: a sentence that says what was expected and what came.
    package let message: String

    package init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

extension ControlRefusal {
    /// The data directory is in use and its server does not answer: it is starting or stopping.
    package static let busyCode = "data_directory_busy"
}
