import NIOCore

extension ByteBuffer {
    /// How long so many bytes are in base64, padding included.
    static func base64Bytes(of bytes: Int) -> Int { (bytes + 2) / 3 * 4 }

    /// Appends bytes in base64 with padding. Source: RFC 4648 section 4.
    mutating func writeBase64(_ bytes: [UInt8]) {
        let alphabet: StaticString = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        write(upTo: ByteBuffer.base64Bytes(of: bytes.count)) { room in
            func digit(_ bits: UInt32) -> UInt8 { alphabet.utf8Start[Int(bits & 63)] }
            let padding = UInt8(ascii: "=")
            let whole = bytes.count / 3 * 3
            for index in stride(from: 0, to: whole, by: 3) {
                let bits = UInt32(bytes[index]) << 16 | UInt32(bytes[index + 1]) << 8 | UInt32(bytes[index + 2])
                room.write(byte: digit(bits >> 18))
                room.write(byte: digit(bits >> 12))
                room.write(byte: digit(bits >> 6))
                room.write(byte: digit(bits))
            }
            guard whole < bytes.count else { return }
            let isPair = whole + 2 == bytes.count
            let bits = UInt32(bytes[whole]) << 16 | (isPair ? UInt32(bytes[whole + 1]) << 8 : 0)
            room.write(byte: digit(bits >> 18))
            room.write(byte: digit(bits >> 12))
            room.write(byte: isPair ? digit(bits >> 6) : padding)
            room.write(byte: padding)
        }
    }
}
