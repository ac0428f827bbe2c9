/// A second opinion on what JSON is, written plainly and sharing nothing with the reader: whole arrays, Swift's own UTF-8
/// decoder, sets of decoded keys.
struct NaiveJSON {
    private let bytes: [UInt8]
    private var index = 0

    static func accepts(_ bytes: [UInt8], depthMax: Int = 64) -> Bool {
        var naive = NaiveJSON(bytes: bytes)
        return naive.value(depth: depthMax)
            && {
                naive.space()
                return naive.index == bytes.count
            }()
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var here: Character? { index < bytes.count ? Character(Unicode.Scalar(bytes[index])) : nil }

    private mutating func space() {
        while let byte = here, " \t\n\r".unicodeScalars.contains(where: { Character($0) == byte }) { index += 1 }
    }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    private mutating func value(depth: Int) -> Bool {
        space()
        switch here {
        case "{": return depth > 0 && object(depth: depth - 1)
        case "[": return depth > 0 && array(depth: depth - 1)
        case "\"": return string() != nil
        case "t": return take("true")
        case "f": return take("false")
        case "n": return take("null")
        default: return number()
        }
    }

    private mutating func object(depth: Int) -> Bool {
        var keys: Set<[UInt8]> = []
        index += 1
        space()
        if take("}") { return true }
        while true {
            space()
            guard here == "\"", let key = string(), keys.insert(Array(key.utf8)).inserted else { return false }
            space()
            guard take(":"), value(depth: depth) else { return false }
            space()
            if take("}") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func array(depth: Int) -> Bool {
        index += 1
        space()
        if take("]") { return true }
        while true {
            guard value(depth: depth) else { return false }
            space()
            if take("]") { return true }
            guard take(",") else { return false }
        }
    }

    private mutating func string() -> String? {
        index += 1
        var units: [UInt16] = []
        while index < bytes.count {
            switch bytes[index] {
            case 0x22:
                index += 1
                // A lone surrogate does not survive the way through a String.
                let text = String(decoding: units, as: UTF16.self)
                return Array(text.utf16) == units ? text : nil
            case 0x5C:
                guard let unit = escape() else { return nil }
                units.append(unit)
            case 0..<0x20: return nil
            default:
                guard let scalar = scalar() else { return nil }
                units.append(contentsOf: Array(String(Character(scalar)).utf16))
            }
        }
        return nil
    }

    private mutating func escape() -> UInt16? {
        guard index + 1 < bytes.count else { return nil }
        let simple: [UInt8: UInt16] = [
            0x22: 0x22, 0x5C: 0x5C, 0x2F: 0x2F, 0x62: 8, 0x66: 12, 0x6E: 10, 0x72: 13, 0x74: 9,
        ]
        if let unit = simple[bytes[index + 1]] {
            index += 2
            return unit
        }
        guard bytes[index + 1] == UInt8(ascii: "u"), index + 6 <= bytes.count else { return nil }
        let digits = String(decoding: bytes[(index + 2)..<(index + 6)], as: UTF8.self)
        guard digits.utf8.count == 4, digits.allSatisfy(\.isHexDigit), digits.allSatisfy(\.isASCII) else { return nil }
        index += 6
        return UInt16(digits, radix: 16)
    }

    private mutating func scalar() -> Unicode.Scalar? {
        for length in 1...4 where index + length <= bytes.count {
            if let text = String(validating: bytes[index..<(index + length)], as: UTF8.self), text.unicodeScalars.count == 1 {
                index += length
                return text.unicodeScalars.first
            }
        }
        return nil
    }

    private mutating func number() -> Bool {
        let start = index
        while let byte = here, "+-.eE0123456789".contains(byte) { index += 1 }
        let text = String(decoding: bytes[start..<index], as: UTF8.self)
        return text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/) != nil
    }
}
