import Foundation
import NIOCore
import Wire

/// The JSON reader agrees with Foundation's on what is accepted and what it means, but for what it refuses on purpose: keys
/// that stand twice, lone surrogates, deep nesting, a comma too many, other encodings than UTF-8.
enum JSONProperties {
    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let buffer = ByteBuffer(bytes: bytes)
        let ours: Result<JSONValue, JSONFault> = Result { () throws(JSONFault) in try JSONValue(parsing: buffer) }
        let skipped: Result<Range<Int>, JSONFault> = Result { () throws(JSONFault) in
            try buffer.readJSON { (reader) throws(JSONFault) in
                let range = try reader.skipValue()
                try reader.finish()
                return range
            }
        }
        let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        switch (ours, skipped) {
        case (.success(let value), .success(let range)):
            try must(range.lowerBound >= 0 && range.upperBound <= bytes.count, "a value lies within its document")
            try checkSame(value, theirs)
            try checkWriting(value)
        case (.failure(let fault), .failure(let other)):
            try must(fault == other, "skipping says \(other), reading says \(fault)")
            try must((0...bytes.count).contains(fault.offset), "a fault lies within its document: \(fault)")
            try must(theirs == nil || isStricter(fault, bytes), "Foundation takes what is refused here: \(fault)")
        case (.success, .failure(let fault)): throw BrokenProperty("read, but not skipped: \(fault)")
        case (.failure(let fault), .success): throw BrokenProperty("skipped, but not read: \(fault)")
        }
    }

    private static func isStricter(_ fault: JSONFault, _ bytes: [UInt8]) -> Bool {
        switch fault.kind {
        case .duplicateKey, .loneSurrogate, .tooDeep, .tooManyKeys: return true
        case .unexpectedByte(UInt8(ascii: "]")), .unexpectedByte(UInt8(ascii: "}")):
            // Foundation passes over a comma before the end of an array or an object; RFC 8259 does not.
            let before = bytes[..<fault.offset].last { !" \t\r\n".utf8.contains($0) }
            if before == UInt8(ascii: ",") { return true }
        default: break
        }
        // Foundation looks for a byte order mark and for UTF-16 and UTF-32; RFC 8259 section 8.1 allows UTF-8 alone.
        return bytes.prefix(4).contains(0) || bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFE, 0xFF])
            || bytes.starts(with: [0xFF, 0xFE])
    }

    /// What is written means what was read, and is read back as itself.
    private static func checkWriting(_ value: JSONValue) throws(BrokenProperty) {
        let again: Result<JSONValue, JSONFault> = Result { () throws(JSONFault) in try JSONValue(parsing: value.text) }
        switch again {
        case .success(let read): try must(read == value, "a document is written as another one")
        case .failure(let fault): throw BrokenProperty("what was written is not JSON: \(fault)")
        }
    }

    private static func checkSame(_ ours: JSONValue, _ theirs: Any?) throws(BrokenProperty) {
        guard let theirs else {
            // Numbers beyond every Double are kept as text here; Foundation refuses the document.
            try must(hasHugeNumber(ours), "Foundation refuses what is taken here")
            return
        }
        switch ours {
        case .null: try must(theirs is NSNull, "null is \(type(of: theirs))")
        case .bool(let value): try must((theirs as? Bool) == value, "a boolean is \(theirs)")
        case .string(let value):
            let other = (theirs as? String).map { Array(unmarked($0).utf8) }
            try must(other == Array(unmarked(value).utf8), "a string is read otherwise")
        case .number(let number): try checkSame(number, theirs)
        case .array(let elements):
            guard let list = theirs as? [Any], list.count == elements.count else { throw BrokenProperty("an array is another") }
            for (element, other) in zip(elements, list) { try checkSame(element, other) }
        case .object(let members):
            guard let table = theirs as? [String: Any] else { throw BrokenProperty("an object is no object") }
            // Swift's strings compare by what they look like, our keys by their bytes.
            guard Set(members.map { unmarked($0.key) }).count == members.count else { return }
            try must(table.count == members.count, "an object has \(table.count) keys, not \(members.count)")
            let others = Dictionary(table.map { (unmarked($0.key), $0.value) }) { first, _ in first }
            for member in members { try checkSame(member.value, others[unmarked(member.key)]) }
        }
    }

    /// Foundation drops a byte order mark at the start of any string, and behind an escape in it; to RFC 8259 it is a character. So
    /// it is left out of the comparison.
    private static func unmarked(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\u{FEFF}" }))
    }

    private static func checkSame(_ number: JSONNumber, _ theirs: Any) throws(BrokenProperty) {
        guard let other = theirs as? NSNumber else { throw BrokenProperty("a number is \(type(of: theirs))") }
        if let int = number.int {
            try must(other.int64Value == Int64(int), "\(number.text) is \(int) here and \(other) there")
        } else if let double = number.double {
            let nearest = strtod(number.text, nil)
            try must(double == nearest, "\(number.text) is \(double), not \(nearest)")
            // Foundation multiplies what it has rounded by a rounded power of ten: some units in the last place, and more where
            // these powers are subnormal.
            guard abs(double) > 1e-290 else { return }
            let theirs = other.doubleValue
            try must(abs(theirs - double) <= 16 * double.ulp, "\(number.text) is \(double), not \(theirs)")
        }
    }

    private static func hasHugeNumber(_ value: JSONValue) -> Bool {
        switch value {
        case .number(let number): number.int == nil
        case .array(let elements): elements.contains(where: hasHugeNumber)
        case .object(let members): members.contains { hasHugeNumber($0.value) }
        default: false
        }
    }
}
