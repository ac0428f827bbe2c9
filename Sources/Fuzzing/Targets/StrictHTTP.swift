/// RFC 9112 as this server reads it, said plainly and sharing nothing with the parser: whole lines, arrays, no limits but those of
/// numbers and fields.
struct StrictHTTP {
    struct Request: Equatable {
        var method: String
        var target: String
        /// No request follows it on its connection.
        var isLast: Bool
        var body: [UInt8] = []
    }

    enum End { case clean, incomplete, refused }

    enum Stop: Error { case incomplete, refused }

    private let bytes: [UInt8]
    private(set) var index = 0
    private(set) var longestLine = 0

    static func requests(in bytes: [UInt8]) -> (requests: [Request], end: End) {
        var reader = StrictHTTP(bytes: bytes)
        var requests: [Request] = []
        while reader.index < bytes.count {
            do throws(Stop) { requests.append(try reader.request()) } catch {
                return (requests, error == .incomplete ? .incomplete : .refused)
            }
        }
        return (requests, .clean)
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func line() throws(Stop) -> [UInt8] {
        guard let end = bytes[index...].firstIndex(of: 0x0A) else { throw .incomplete }
        var line = Array(bytes[index..<end])
        guard line.popLast() == 0x0D, !line.contains(where: { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }) else { throw .refused }
        index = end + 1
        longestLine = max(longestLine, line.count)
        return line
    }

    private mutating func request() throws(Stop) -> Request {
        var first = try line()
        if first.isEmpty {
            // An empty line alone is passed over, and no request has begun.
            first = try line()
        }
        let parts = first.split(separator: 0x20, omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
        guard parts.count == 3, !parts[0].isEmpty, StrictHTTP.isToken(parts[0].utf8), !parts[1].isEmpty,
            parts[1].utf8.allSatisfy({ 0x21...0x7E ~= $0 }), ["HTTP/1.0", "HTTP/1.1"].contains(parts[2]),
            ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"].contains(parts[0])
        else { throw .refused }
        let fields = try fields(atMost: 100)
        let isHTTP10 = parts[2] == "HTTP/1.0"
        func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

        guard values("host").count == 1 || (isHTTP10 && values("host").isEmpty) else { throw .refused }
        guard values("expect").allSatisfy({ $0.lowercased() == "100-continue" }) else { throw .refused }
        let (lengths, codings) = (values("content-length"), values("transfer-encoding"))
        guard lengths.count + codings.count <= 1, !(isHTTP10 && !codings.isEmpty) else { throw .refused }
        let options = values("connection").flatMap { $0.split(separator: ",") }.map {
            StrictHTTP.trimmed(Array($0.utf8)).lowercased()
        }
        var request = Request(method: parts[0], target: parts[1], isLast: false)
        request.isLast =
            options.contains("close") || (isHTTP10 && !options.contains("keep-alive")) || !values("upgrade").isEmpty
            || parts[0] == "CONNECT"
        if let length = lengths.first {
            guard (1...18).contains(length.utf8.count), length.utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let count = Int(length)
            else { throw .refused }
            request.body = try take(count)
        } else if let coding = codings.first {
            guard coding.lowercased() == "chunked" else { throw .refused }
            request.body = try chunks(fieldsAtMost: 100, spaceMayFollowSize: false)
        }
        return request
    }

    mutating func fields(atMost countMax: Int) throws(Stop) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        while true {
            let line = try line()
            if line.isEmpty { return fields }
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > 0, StrictHTTP.isToken(line[..<colon]),
                fields.count < countMax
            else { throw .refused }
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            fields.append((name, StrictHTTP.trimmed(Array(line[(colon + 1)...]))))
        }
    }

    mutating func take(_ count: Int) throws(Stop) -> [UInt8] {
        guard bytes.count - index >= count else { throw .incomplete }
        defer { index += count }
        return Array(bytes[index..<index + count])
    }

    mutating func takeRest() -> [UInt8] {
        defer { index = bytes.count }
        return Array(bytes[index...])
    }

    mutating func chunks(fieldsAtMost countMax: Int, spaceMayFollowSize: Bool) throws(Stop) -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try line()
            var digits = line.prefix { $0 != UInt8(ascii: ";") }
            if spaceMayFollowSize, digits.count < line.count {
                while digits.last == 0x20 || digits.last == 0x09 { digits.removeLast() }
            }
            guard (1...15).contains(digits.count), digits.allSatisfy({ "0123456789abcdefABCDEF".utf8.contains($0) }),
                let count = Int(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw .refused }
            if count == 0 {
                _ = try fields(atMost: countMax)
                return body
            }
            body += try take(count)
            let end = try take(2)
            guard end == [0x0D, 0x0A] else { throw .refused }
        }
    }

    private static func isToken(_ bytes: some Sequence<UInt8>) -> Bool {
        bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
    }

    private static func trimmed(_ bytes: [UInt8]) -> String {
        var rest = bytes[...]
        while rest.first == 0x20 || rest.first == 0x09 { rest.removeFirst() }
        while rest.last == 0x20 || rest.last == 0x09 { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}
