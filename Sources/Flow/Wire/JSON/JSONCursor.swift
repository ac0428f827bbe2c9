/// A place in a document, and the reading of the leaves that stand there: strings, numbers, literals. Each is called with its first
/// byte at ``position``.
package struct JSONCursor {
    private let start: UnsafeRawPointer
    private let count: Int
    package var position = 0

    package init(_ bytes: UnsafeRawBufferPointer) {
        // An address that is there spares a question at each byte. Of no bytes any address will do: none is read.
        start = bytes.baseAddress ?? UnsafeRawPointer(bitPattern: 1).unsafelyUnwrapped
        count = bytes.count
    }

    @inline(__always)
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Whether a comma comes next, and a key's quote right behind it.
    @inline(__always)
    var isAtNextKey: Bool {
        position < count &- 1
            && start.loadUnaligned(fromByteOffset: position, as: UInt16.self).littleEndian == UInt16(UInt8(ascii: ",")) | UInt16(
                UInt8(ascii: "\"")) << 8
    }

    /// Takes the string whose opening quote is at `offset`, whatever stands before it: for documents that are known but for their texts.
    package mutating func readString(at offset: Int) throws(JSONFault) -> JSONText {
        guard offset < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        guard bytes[offset] == UInt8(ascii: "\"") else { throw JSONFault(.unexpectedByte(bytes[offset]), at: offset) }
        position = offset
        return try scanString()
    }

    mutating func scanString() throws(JSONFault) -> JSONText {
        guard bytes.count <= WireLimits.jsonBytesMax else { throw JSONFault(.tooLarge, at: 0) }
        let start = position &+ 1
        guard let end = bytes.shortStringEnd(from: start) else { return try scanLongString() }
        position = end &+ 1
        return JSONText(
            raw: UnsafeRawBufferPointer(start: self.start + start, count: end &- start), range: start..<end,
            decodedBytes: end &- start)
    }

    private mutating func scanLongString() throws(JSONFault) -> JSONText {
        let start = position + 1
        var saved = 0
        // A local one stays in a register.
        var index = start
        while true {
            index = bytes.plainTextEnd(from: index)
            guard index < bytes.count else { throw JSONFault(.unexpectedEnd, at: index) }
            switch bytes[index] {
            case UInt8(ascii: "\""):
                position = index &+ 1
                let range = start..<index
                return JSONText(
                    raw: UnsafeRawBufferPointer(rebasing: bytes[range]), range: range, decodedBytes: range.count - saved)
            case UInt8(ascii: "\\"):
                if index &+ 1 < bytes.count, bytes[index &+ 1].isShortEscape {
                    index &+= 2
                    saved &+= 1
                } else {
                    position = index
                    saved &+= try scanEscape()
                    index = position
                }
            case 0..<0x20: throw JSONFault(.controlCharacter, at: index)
            default:
                position = index
                // Text that is not ASCII comes in runs.
                repeat { try scanSequence() } while position < bytes.count && bytes[position] >= 0x80
                index = position
            }
        }
    }

    /// Any escape but a short one.
    /// - Returns: by how many bytes the escape is longer than what it stands for.
    private mutating func scanEscape() throws(JSONFault) -> Int {
        guard position + 1 < bytes.count else { throw JSONFault(.unexpectedEnd, at: bytes.count) }
        guard bytes[position + 1] == UInt8(ascii: "u") else { throw JSONFault(.badEscape, at: position) }
        return try scanUnicodeEscape()
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

    @inline(__always)
    private mutating func scanDigits(from start: Int) throws(JSONFault) {
        let first = position
        var index = first
        while index < bytes.count, bytes[index] &- UInt8(ascii: "0") < 10 { index &+= 1 }
        position = index
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

extension UInt8 {
    /// What stands for one byte behind a backslash.
    @inline(__always)
    fileprivate var isShortEscape: Bool {
        switch self {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            true
        default: false
        }
    }
}
