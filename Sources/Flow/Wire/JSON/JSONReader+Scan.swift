/// The leaves of a document: strings, numbers, literals. Each is called with its first byte at `position`.
extension JSONReader {
    mutating func scanString() throws(JSONFault) -> JSONText {
        let start = position + 1
        guard bytes.count <= WireLimits.jsonBytesMax else { throw JSONFault(.tooLarge, at: 0) }
        position = start
        var saved = 0
        while true {
            skipPlainASCII()
            guard position < bytes.count else { throw JSONFault(.unexpectedEnd, at: position) }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let range = start..<position
                position += 1
                return JSONText(
                    raw: UnsafeRawBufferPointer(rebasing: bytes[range]), range: range, decodedBytes: range.count - saved)
            case UInt8(ascii: "\\"): saved += try scanEscape()
            case 0..<0x20: throw JSONFault(.controlCharacter, at: position)
            default:
                // Text that is not ASCII comes in runs.
                repeat { try scanSequence() } while position < bytes.count && bytes[position] >= 0x80
            }
        }
    }

    /// Moves to the next quote, backslash, control or non-ASCII byte, eight bytes a step.
    private mutating func skipPlainASCII() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        // A local one stays in a register.
        var index = position
        defer { position = index }
        while index + 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
            let quotes = word ^ (ones &* 0x22)
            let backslashes = word ^ (ones &* 0x5C)
            // A byte's high bit is set where the byte is below the subtrahend, or high itself, which counts too. Borrowing marks only
            // what lies above a true mark, so the lowest mark is true.
            let marks = ((quotes &- ones) | (backslashes &- ones) | (word &- ones &* 0x20) | word) & highs
            guard marks == 0 else {
                index += marks.trailingZeroBitCount >> 3
                return
            }
            index += 8
        }
        while index < bytes.count {
            let byte = bytes[index]
            guard byte >= 0x20, byte < 0x80, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else { return }
            index += 1
        }
    }

    /// - Returns: by how many bytes the escape is longer than what it stands for.
    private mutating func scanEscape() throws(JSONFault) -> Int {
        guard position + 1 < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
            return 1
        case UInt8(ascii: "u"): return try scanUnicodeEscape()
        default: throw JSONFault(.badEscape, at: position)
        }
    }

    private mutating func scanUnicodeEscape() throws(JSONFault) -> Int {
        let start = position
        let unit = try scanUnit()
        switch unit {
        case 0..<0x80: return 5
        case 0x80..<0x800: return 4
        case 0xD800..<0xDC00:
            guard position < bytes.count else { throw JSONFault(.unexpectedEnd, at: position) }
            guard bytes[position] == UInt8(ascii: "\\"), position + 1 < bytes.count, bytes[position + 1] == UInt8(ascii: "u")
            else { throw JSONFault(.loneSurrogate, at: start) }
            guard 0xDC00..<0xE000 ~= (try scanUnit()) else { throw JSONFault(.loneSurrogate, at: start) }
            return 8
        case 0xDC00..<0xE000: throw JSONFault(.loneSurrogate, at: start)
        default: return 3
        }
    }

    /// The four digits after `\u`.
    private mutating func scanUnit() throws(JSONFault) -> UInt16 {
        var unit: UInt16 = 0
        for offset in 2..<6 {
            guard position + offset < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
            guard let digit = bytes[position + offset].hexadecimalDigit else { throw JSONFault(.badEscape, at: position) }
            unit = unit << 4 | UInt16(digit)
        }
        position += 6
        return unit
    }

    /// One non-ASCII character. Source: RFC 3629 §4, the table of well-formed sequences.
    @inline(__always)
    private mutating func scanSequence() throws(JSONFault) {
        let lead = bytes[position]
        // Most of the world's other scripts: three bytes, the lead neither 0xE0 nor 0xED.
        if 0xE1...0xEF ~= lead, lead != 0xED, position + 2 < bytes.count,
            (bytes[position + 1] ^ 0x80) | (bytes[position + 2] ^ 0x80) < 0x40
        {
            position += 3
            return
        }
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: throw JSONFault(.invalidUTF8, at: position)
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else {
            throw JSONFault(.invalidUTF8, at: position)
        }
        for offset in 2..<max(length, 2) where bytes[position + offset] & 0xC0 != 0x80 {
            throw JSONFault(.invalidUTF8, at: position)
        }
        position += length
    }

    mutating func scanNumber() throws(JSONFault) -> JSONNumberText {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        try scanDigits(from: start)
        if bytes[firstDigit] == UInt8(ascii: "0"), position > firstDigit + 1 { throw JSONFault(.badNumber, at: start) }
        var isInteger = true
        if isHere(UInt8(ascii: ".")) {
            isInteger = false
            position += 1
            try scanDigits(from: start)
        }
        if isHere(UInt8(ascii: "e")) || isHere(UInt8(ascii: "E")) {
            isInteger = false
            position += 1
            if isHere(UInt8(ascii: "+")) || isHere(UInt8(ascii: "-")) { position += 1 }
            try scanDigits(from: start)
        }
        return JSONNumberText(
            raw: UnsafeRawBufferPointer(rebasing: bytes[start..<position]), range: start..<position, isInteger: isInteger)
    }

    private mutating func scanDigits(from start: Int) throws(JSONFault) {
        let first = position
        while position < bytes.count, UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[position] { position += 1 }
        guard position > first else {
            throw position < bytes.count ? JSONFault(.badNumber, at: start) : JSONFault(.unexpectedEnd, at: position)
        }
    }

    @inline(__always)
    private func isHere(_ byte: UInt8) -> Bool { position < bytes.count && bytes[position] == byte }

    mutating func scanLiteral(_ literal: StaticString) throws(JSONFault) {
        let expected = UnsafeRawBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        guard position + expected.count <= bytes.count,
            UnsafeRawBufferPointer(rebasing: bytes[position..<position + expected.count]).isSame(as: expected)
        else { throw JSONFault(.badLiteral, at: position) }
        position += expected.count
    }
}
