/// Reads a JSON document by pulling: each call takes the next thing from the bytes or says what is wrong with them.
///
/// Strict RFC 8259 in one pass, and more: no key twice in one object (as decoded, so `"a"` and `"\u0061"` clash), no lone
/// surrogates, valid UTF-8, a bounded depth. What is skipped is checked no less than what is read, and costs no allocation.
///
/// ```swift
/// var members = try reader.readObject()
/// while let key = try reader.nextKey(of: &members) {
///     switch key {
///     case "choices": choices = try reader.skipValue()
///     default: try reader.skipValue()
///     }
/// }
/// try reader.finish()
/// ```
///
/// It looks at memory it does not own: use it only inside the closure that lends the bytes, see `ByteBuffer.readJSON`.
@usableFromInline
package struct JSONReader {
    private var cursor: JSONCursor
    private var depth = 0
    private var seen = SeenKeys()

    @usableFromInline
    package init(_ bytes: UnsafeRawBufferPointer) { cursor = JSONCursor(bytes) }

    @inline(__always)
    private var bytes: UnsafeRawBufferPointer { cursor.bytes }

    /// Bytes read so far.
    package private(set) var position: Int {
        get { cursor.position }
        set { cursor.position = newValue }
    }

    /// An object being walked.
    package struct Members {
        fileprivate var keys: SeenKeys.OfObject
        fileprivate var isFirst = true
    }

    /// An array being walked.
    package struct Elements {
        fileprivate var isFirst = true
        /// How many elements were reached so far.
        package fileprivate(set) var count = 0
    }

    /// What comes next, without taking it.
    package mutating func peek() throws(JSONFault) -> JSONKind { try kindHere() }

    @inline(__always)
    private mutating func kindHere() throws(JSONFault) -> JSONKind {
        skipWhitespace()
        switch try byteHere() {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case let other: throw JSONFault(.unexpectedByte(other), at: position)
        }
    }

    /// Takes the opening brace.
    package mutating func readObject() throws(JSONFault) -> Members {
        try expect(.object)
        try descend()
        return Members(keys: seen.open())
    }

    /// Takes the next key and its colon, or the closing brace: then nil. The member's value must be read or skipped before
    /// the next call.
    package mutating func nextKey(of members: inout Members) throws(JSONFault) -> JSONText? {
        // Most documents have no white space.
        if !members.isFirst, cursor.isAtNextKey { position &+= 1 } else { guard try reachKey(of: &members) else { return nil } }
        let key = try cursor.scanString()
        if seen.insert(key, into: &members.keys, in: bytes) { throw duplicate(key) }
        guard seen.total <= WireLimits.jsonKeysMax else { throw JSONFault(.tooManyKeys, at: key.range.lowerBound) }
        skipWhitespace()
        try take(UInt8(ascii: ":"))
        return key
    }

    /// Takes what stands before a key, or the closing brace: then false.
    private mutating func reachKey(of members: inout Members) throws(JSONFault) -> Bool {
        skipWhitespace()
        if try byteHere() == UInt8(ascii: "}") {
            position &+= 1
            depth &-= 1
            if let again = seen.close(members.keys, in: bytes) { throw duplicate(again) }
            return false
        }
        if !members.isFirst {
            try take(UInt8(ascii: ","))
            skipWhitespace()
        }
        members.isFirst = false
        guard try byteHere() == UInt8(ascii: "\"") else { throw JSONFault(.unexpectedByte(bytes[position]), at: position) }
        return true
    }

    /// Takes the opening bracket.
    package mutating func readArray() throws(JSONFault) -> Elements {
        try expect(.array)
        try descend()
        return Elements()
    }

    /// Moves to the next element, or takes the closing bracket: then false.
    package mutating func nextElement(of elements: inout Elements) throws(JSONFault) -> Bool {
        skipWhitespace()
        if try byteHere() == UInt8(ascii: "]") {
            position &+= 1
            depth &-= 1
            return false
        }
        if !elements.isFirst {
            try take(UInt8(ascii: ","))
            skipWhitespace()
            if try byteHere() == UInt8(ascii: "]") { throw JSONFault(.unexpectedByte(bytes[position]), at: position) }
        }
        elements.isFirst = false
        elements.count += 1
        return true
    }

    package mutating func readString() throws(JSONFault) -> JSONText {
        try expect(.string)
        return try cursor.scanString()
    }

    package mutating func readNumber() throws(JSONFault) -> JSONNumberText {
        try expect(.number)
        return try cursor.scanNumber()
    }

    /// A 64-bit integer, written without fraction and exponent.
    package mutating func readInt() throws(JSONFault) -> Int {
        let number = try readNumber()
        guard let value = number.int else { throw JSONFault(.notAnInteger, at: number.range.lowerBound) }
        return value
    }

    package mutating func readBool() throws(JSONFault) -> Bool {
        try expect(.bool)
        let value = bytes[position] == UInt8(ascii: "t")
        try cursor.scanLiteral(value ? "true" : "false")
        return value
    }

    package mutating func readNull() throws(JSONFault) {
        try expect(.null)
        try cursor.scanLiteral("null")
    }

    /// Takes a `null` if one comes next.
    package mutating func skipNull() throws(JSONFault) -> Bool {
        guard try kindHere() == .null else { return false }
        try cursor.scanLiteral("null")
        return true
    }

    /// Takes the next value whatever it is, checks all of it, and gives the range of its bytes.
    @discardableResult
    package mutating func skipValue() throws(JSONFault) -> Range<Int> {
        let kind = try kindHere()
        let start = position
        switch kind {
        case .object:
            var members = try readObject()
            while try nextKey(of: &members) != nil { try skipValue() }
        case .array:
            var elements = try readArray()
            while try nextElement(of: &elements) { try skipValue() }
        case .string: _ = try cursor.scanString()
        case .number: _ = try cursor.scanNumber()
        case .bool: try cursor.scanLiteral(bytes[start] == UInt8(ascii: "t") ? "true" : "false")
        case .null: try cursor.scanLiteral("null")
        }
        return start..<position
    }

    /// Makes sure that nothing but white space is left.
    package mutating func finish() throws(JSONFault) {
        skipWhitespace()
        guard position == bytes.count else { throw JSONFault(.trailingBytes, at: position) }
    }

    // MARK: small steps

    @inline(__always)
    private mutating func expect(_ kind: JSONKind) throws(JSONFault) {
        let found = try kindHere()
        guard found == kind else { throw JSONFault(.wrongKind(expected: kind, found: found), at: position) }
    }

    private mutating func descend() throws(JSONFault) {
        guard depth < WireLimits.jsonDepthMax else { throw JSONFault(.tooDeep, at: position) }
        depth &+= 1
        position &+= 1
    }

    @inline(__always)
    private mutating func take(_ byte: UInt8) throws(JSONFault) {
        let found = try byteHere()
        guard found == byte else { throw JSONFault(.unexpectedByte(found), at: position) }
        position &+= 1
    }

    @inline(__always)
    private func byteHere() throws(JSONFault) -> UInt8 {
        guard position < bytes.count else { throw JSONFault(.unexpectedEnd, at: position) }
        return bytes[position]
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        // Most documents have none.
        guard position < bytes.count, bytes[position] <= 0x20 else { return }
        skipMoreWhitespace()
    }

    @inline(never)
    private mutating func skipMoreWhitespace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private func duplicate(_ key: JSONText) -> JSONFault {
        JSONFault(.duplicateKey(String(key.string.prefix(64))), at: key.range.lowerBound - 1)
    }
}
