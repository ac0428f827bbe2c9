/// Why bytes are not the JSON that was expected, and where.
package struct JSONFault: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// The document ends too early.
        case unexpectedEnd
        /// A byte that cannot stand here.
        case unexpectedByte(UInt8)
        /// Neither `true`, `false` nor `null`.
        case badLiteral
        /// Leading zero, bare minus, missing digits: not a number of RFC 8259.
        case badNumber
        /// An escape JSON does not have.
        case badEscape
        /// Half of a surrogate pair.
        case loneSurrogate
        case controlCharacter
        case invalidUTF8
        /// A key that stands twice in one object, compared as decoded. It carries the key, cut to 64 characters.
        case duplicateKey(String)
        case tooDeep
        case tooManyKeys
        case tooLarge
        /// Something follows the document.
        case trailingBytes
        /// Well-formed so far, but not of the kind that was read for.
        case wrongKind(expected: JSONKind, found: JSONKind)
        /// An integer with a fraction or exponent, or beyond 64 bits.
        case notAnInteger
    }

    package let kind: Kind
    /// Bytes from the start of the document.
    package let offset: Int

    package init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// What is wrong, without any of the document's own text except a duplicate key: `unexpected byte 0x7D at byte 12`.
    package var description: String { "\(what) at byte \(offset)" }

    private var what: String {
        switch kind {
        case .unexpectedEnd: "unexpected end"
        case .unexpectedByte(let byte): "unexpected byte \(byte.hexadecimal)"
        case .badLiteral: "neither true, false nor null"
        case .badNumber: "malformed number"
        case .badEscape: "unknown escape"
        case .loneSurrogate: "half of a surrogate pair"
        case .controlCharacter: "unescaped control character"
        case .invalidUTF8: "invalid UTF-8"
        case .duplicateKey(let key): "duplicate key '\(key)'"
        case .tooDeep: "nested deeper than \(WireLimits.jsonDepthMax) levels"
        case .tooManyKeys: "more than \(WireLimits.jsonKeysMax) keys"
        case .tooLarge: "document too large"
        case .trailingBytes: "more bytes after the document"
        case .wrongKind(let expected, let found): "expected \(expected.phrase), got \(found.phrase)"
        case .notAnInteger: "expected an integer"
        }
    }
}

/// The six kinds of JSON value; booleans are one.
package enum JSONKind: Hashable, Sendable {
    case object, array, string, number, bool, null

    /// With its article, as OpenAI's messages say it: `an object`, `a string`, `null`.
    package var phrase: String {
        switch self {
        case .object: "an object"
        case .array: "an array"
        case .string: "a string"
        case .number: "a number"
        case .bool: "a boolean"
        case .null: "null"
        }
    }
}

extension UInt8 {
    fileprivate var hexadecimal: String {
        let digits = Array("0123456789ABCDEF")
        return "0x\(digits[Int(self >> 4)])\(digits[Int(self & 15)])"
    }
}
