import NIOCore
import Wire

/// What a browser's form says is read as it was written, whatever it is.
enum FormProperties {
    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let text = String(decoding: bytes, as: UTF8.self)
        let raw = FormFields(text, plusIsSpace: true)
        for name in ["csrf", "login", "password", "code", ""] {
            if let value = raw[name] {
                try must(!value.isEmpty && value.utf8.count <= text.utf8.count * 3, "\(name) came out of nothing")
            }
        }
        guard !text.isEmpty else { return }
        let escaped = bytes.map { byte in "%" + String(UInt16(byte) | 0x100, radix: 16).dropFirst() }.joined()
        try must(FormFields("a=1&name=\(escaped)&name=2")["name"] == text, "a value is read as something else")
        let request = PageRequest(
            path: "/", parameters: [:], query: raw, fields: [(name: "cookie", value: text), (name: "cookie", value: "b=2")],
            body: ByteBuffer(bytes: bytes), address: "")
        if let cookie = request.cookie("session") { try must(text.contains("session=" + cookie), "a cookie nobody sent") }
    }
}
