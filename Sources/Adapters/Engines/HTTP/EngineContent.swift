import NIOCore

/// What a request carries.
package struct EngineContent: Sendable {
    let type: String
    let body: ByteBuffer

    init(json: ByteBuffer) {
        type = "application/json"
        body = json
    }

    /// Pairs as a browser's form sends them.
    package init(form pairs: [(String, String)]) {
        type = "application/x-www-form-urlencoded"
        body = ByteBuffer(
            string: pairs.map { "\(EngineContent.escaped($0))=\(EngineContent.escaped($1))" }.joined(separator: "&"))
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let hex = String(byte, radix: 16, uppercase: true)
                escaped += "%" + (hex.count == 1 ? "0" + hex : hex)
            }
        }
        return escaped
    }
}
