/// Text as espeak-ng is given it: nothing in it is an instruction.
///
/// Markup is text without `-m`, which is never given. Two square brackets would begin phonemes, and control characters clauses or worse.
enum EspeakText {
    static func bytes(of text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 8)
        var last: UInt8 = 0
        for byte in text.utf8 {
            let isBracketAgain = byte == UInt8(ascii: "[") && last == byte
            if isBracketAgain { bytes.append(UInt8(ascii: " ")) }
            let isControl = byte < 0x20 && byte != 0x09 && byte != 0x0A || byte == 0x7F
            bytes.append(isControl ? UInt8(ascii: " ") : byte)
            last = byte
        }
        // A text without an end is spoken without one.
        bytes.append(UInt8(ascii: "\n"))
        return bytes
    }
}
