/// A reader that says what is wrong in OpenAI's words, and remembers which members are to be left out of what goes on.
struct FieldReader {
    private var json: JSONReader
    /// Byte ranges to leave out, ascending; without them every object is well-formed still.
    private(set) var cuts: [Range<Int>] = []

    init(_ json: JSONReader) { self.json = json }

    /// Bytes read so far.
    var position: Int { json.position }

    // MARK: objects and arrays

    /// An object being walked, with what is needed to leave members out.
    struct Walk {
        fileprivate var members: JSONReader.Members
        fileprivate var isFirst = true
        fileprivate var keyStart = 0
        /// Where the last member that stays ends.
        fileprivate var keptEnd: Int?
        /// Where the members to leave out begin that come before any that stays.
        fileprivate var cutStart: Int?
        /// Set it to leave out the member whose key was read last.
        var isCut = false
    }

    mutating func object() throws(FieldFault) -> Walk {
        try expect(.object, "an object")
        return try checked { (json) throws(JSONFault) in Walk(members: try json.readObject()) }
    }

    mutating func key(of walk: inout Walk) throws(FieldFault) -> JSONText? {
        let end = position
        if !walk.isFirst {
            if !walk.isCut {
                walk.keptEnd = end
            } else if let keptEnd = walk.keptEnd {
                cuts.append(keptEnd..<end)
                walk.keptEnd = end
            } else {
                walk.cutStart = walk.keyStart
            }
        }
        let key = try checked { (json) throws(JSONFault) in try json.nextKey(of: &walk.members) }
        walk.isFirst = false
        walk.isCut = false
        walk.keyStart = key.map { $0.range.lowerBound - 1 } ?? end
        if let start = walk.cutStart {
            cuts.append(start..<walk.keyStart)
            walk.cutStart = nil
        }
        return key
    }

    mutating func array() throws(FieldFault) -> JSONReader.Elements {
        try expect(.array, "an array")
        return try checked { (json) throws(JSONFault) in try json.readArray() }
    }

    /// - Parameter max: how many elements the array may have.
    mutating func element(of elements: inout JSONReader.Elements, max: Int) throws(FieldFault) -> Bool {
        let isThere = try checked { (json) throws(JSONFault) in try json.nextElement(of: &elements) }
        guard elements.count <= max else { throw .arrayTooLong(max: max) }
        guard isThere || elements.count > 0 else { throw .emptyArray }
        return isThere
    }

    // MARK: values

    mutating func kind() throws(FieldFault) -> JSONKind { try checked { (json) throws(JSONFault) in try json.peek() } }

    /// Takes a `null` if one comes next.
    mutating func null() throws(FieldFault) -> Bool { try checked { (json) throws(JSONFault) in try json.skipNull() } }

    mutating func bool() throws(FieldFault) -> Bool {
        try expect(.bool, "a boolean")
        return try checked { (json) throws(JSONFault) in try json.readBool() }
    }

    /// - Parameter max: Unicode scalars.
    mutating func string(max: Int = ChatRequestLimits.stringScalarsMax) throws(FieldFault) -> JSONText {
        try expect(.string, "a string")
        let text = try checked { (json) throws(JSONFault) in try json.readString() }
        // A scalar takes at least one byte, so most strings need not be counted.
        if text.decodedBytes > max, text.scalars > max { throw .stringTooLong(max: max, got: text.scalars) }
        return text
    }

    /// A string of `[a-zA-Z0-9_-]`, 1...64: how functions and schemas are named.
    mutating func name() throws(FieldFault) -> JSONText {
        let text = try string(max: ChatRequestLimits.nameScalarsMax)
        guard !text.isEmpty else { throw .emptyString }
        guard text.decoded.allSatisfy(\.isNameByte) else { throw .pattern("^[a-zA-Z0-9_-]+$") }
        return text
    }

    mutating func integer(_ range: ClosedRange<Int>) throws(FieldFault) -> Int {
        try expect(.number, "an integer")
        let number = try checked { (json) throws(JSONFault) in try json.readNumber() }
        guard number.isInteger else { throw .type(expected: "an integer", got: "a decimal number") }
        var got: String { number.string.cutShort }
        guard let value = number.int else {
            let isBelow = got.hasPrefix("-")
            throw .range("integer", above: !isBelow, limit: "\(isBelow ? range.lowerBound : range.upperBound)", got: got)
        }
        guard value >= range.lowerBound else { throw .range("integer", above: false, limit: "\(range.lowerBound)", got: got) }
        guard value <= range.upperBound else { throw .range("integer", above: true, limit: "\(range.upperBound)", got: got) }
        return value
    }

    mutating func decimal(_ range: ClosedRange<Int>) throws(FieldFault) {
        try expect(.number, "a decimal")
        let number = try checked { (json) throws(JSONFault) in try json.readNumber() }
        // A number beyond every double is beyond the range on its side.
        let value = number.double ?? (number.raw.first == UInt8(ascii: "-") ? -.infinity : .infinity)
        var got: String { number.string.cutShort }
        guard value >= Double(range.lowerBound) else {
            throw .range("decimal", above: false, limit: "\(range.lowerBound)", got: got)
        }
        guard value <= Double(range.upperBound) else {
            throw .range("decimal", above: true, limit: "\(range.upperBound)", got: got)
        }
    }

    /// Takes whatever comes next.
    @discardableResult
    mutating func skip() throws(FieldFault) -> Range<Int> {
        do throws(FieldFault) {
            return try checked { (json) throws(JSONFault) in try json.skipValue() }
        } catch { throw error.withoutName }
    }

    mutating func end() throws(FieldFault) { try checked { (json) throws(JSONFault) in try json.finish() } }

    /// The fault of what comes next not being what `phrase` says.
    mutating func wrongType(_ phrase: String) throws(FieldFault) -> FieldFault {
        let found = try kind()
        guard found == .number else { return .type(expected: phrase, got: found.phrase) }
        let number = try checked { (json) throws(JSONFault) in try json.readNumber() }
        return .type(expected: phrase, got: number.isInteger ? "an integer" : "a decimal number")
    }

    private mutating func expect(_ expected: JSONKind, _ phrase: String) throws(FieldFault) {
        guard try kind() == expected else { throw try wrongType(phrase) }
    }

    @inline(__always)
    private mutating func checked<Value>(
        _ read: (inout JSONReader) throws(JSONFault) -> Value
    ) throws(FieldFault) -> Value {
        do throws(JSONFault) { return try read(&json) } catch { throw FieldFault(error) }
    }
}

extension JSONText {
    /// For a message: at most 64 characters of the caller's own text.
    var cutShort: String { string.cutShort }
}

extension String {
    var cutShort: String { utf8.count > 64 && count > 64 ? prefix(64) + "…" : self }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
