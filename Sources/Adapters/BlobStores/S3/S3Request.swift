/// A request to an S3-compatible server, before it is signed.
struct S3Request: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case delete = "DELETE"
        case post = "POST"
    }

    var method: Method
    /// As it is meant: `/bucket/pictures/3f….png`.
    var path: String
    /// Names and values as they are meant.
    var query: [(name: String, value: String)] = []
    /// Names in lower case; `host` among them.
    var headers: [(name: String, value: String)] = []
    var body: [UInt8] = []

    init(_ method: Method, _ path: String, query: [(name: String, value: String)] = [], body: [UInt8] = []) {
        self.method = method
        self.path = path
        self.query = query
        self.body = body
    }

    /// Path and query in the one form that is both signed and sent.
    var target: String { query.isEmpty ? encodedPath : "\(encodedPath)?\(encodedQuery)" }

    var encodedPath: String { S3Request.encoded(path, but: "/") }

    /// Sorted by their encoded names, then values.
    var encodedQuery: String {
        query.map { (S3Request.encoded($0.name), S3Request.encoded($0.value)) }
            .sorted { $0 < $1 }
            .map { "\($0)=\($1)" }
            .joined(separator: "&")
    }

    /// Every byte but letters, digits, `-._~` and those of `but` as `%XX`.
    static func encoded(_ text: String, but: String = "") -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte.mayStandInAddress || but.utf8.contains(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
