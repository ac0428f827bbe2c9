import Inference
import NIOCore

/// Reads the members of a flat request, for pictures or for speech, each within its bounds, and says what is wrong in the words of its dialect.
struct MemberReader {
    private var fields: FieldReader
    private let body: ByteBuffer
    private let dialect: MemberDialect
    /// Names of members that nobody here knows or heeds, at most ``ImageRequestLimits/droppedNamesMax``, of ASCII letters, digits,
    /// `_`, `-` and `.`: fit for a header.
    private(set) var dropped: [String] = []

    /// - Parameter body: what `json` reads.
    init(_ json: JSONReader, of body: ByteBuffer, dialect: MemberDialect) {
        fields = FieldReader(json)
        self.body = body
        self.dialect = dialect
    }

    func fault(_ problem: MemberProblem) -> FieldFault { problem.fault(in: dialect) }

    // MARK: the whole

    /// Walks the document. `null` is the default of every member, so those are as if they were not there.
    /// - Parameter read: takes the member's value; false when it is of no account here.
    mutating func walk(
        _ read: (inout MemberReader, JSONText) throws(FieldFault) -> Bool
    ) throws(FieldFault) {
        var members = try fields.object()
        while let key = try fields.key(of: &members) {
            do throws(FieldFault) {
                if try fields.null() { continue }
                if try !read(&self, key) { drop(key) }
            } catch { throw error.under(key.cutShort) }
        }
        try fields.end()
    }

    /// Passes over a value whatever it is.
    mutating func skip() throws(FieldFault) { try fields.skip() }

    private mutating func drop(_ key: JSONText) {
        guard dropped.count < ImageRequestLimits.droppedNamesMax, key.decodedBytes <= ImageRequestLimits.droppedNameBytesMax,
            key.decoded.allSatisfy(\.isHeaderSafe)
        else { return }
        dropped.append(key.string)
    }

    // MARK: values

    mutating func bool() throws(FieldFault) -> Bool {
        guard try fields.kind() == .bool else { throw try wrongType("a boolean") }
        return try fields.bool()
    }

    /// Text of at most so many bytes of UTF-8, without U+0000.
    mutating func text(bytesMax: Int) throws(FieldFault) -> String {
        guard try fields.kind() == .string else { throw try wrongType("a string") }
        let text = try fields.string()
        guard text.decodedBytes <= bytesMax else { throw fault(.tooLong(bytesMax: bytesMax, got: text.decodedBytes)) }
        guard !text.decoded.contains(0) else { throw fault(.endsEarly) }
        return text.string
    }

    /// Text of any length a body may have, U+0000 included.
    mutating func anyText() throws(FieldFault) -> String {
        guard try fields.kind() == .string else { throw try wrongType("a string") }
        return try fields.string().string
    }

    /// Text, or the member `id` of an object.
    mutating func textOrID(bytesMax: Int) throws(FieldFault) -> String {
        guard try fields.kind() == .object else { return try text(bytesMax: bytesMax) }
        var members = try fields.object()
        var id: String?
        while let key = try fields.key(of: &members) {
            do throws(FieldFault) { if key.is("id") { id = try text(bytesMax: bytesMax) } else { try skip() } } catch {
                throw error.under(key.cutShort)
            }
        }
        guard let id else { throw .missing("id") }
        return id
    }

    /// One of `choices`, spelled exactly.
    mutating func choice<Choice>(of choices: [(name: String, choice: Choice)]) throws(FieldFault) -> Choice {
        let name = try text(bytesMax: ImageRequestLimits.nameBytesMax)
        guard let found = choices.first(where: { $0.name == name }) else {
            throw fault(.choice(got: name.cutShort, supported: choices.map(\.name)))
        }
        return found.choice
    }

    /// An integer, also when it is written with a fraction of zeros: `4.0` is what some languages make of four. `4e0` is none.
    /// - Parameters:
    ///   - other: an integer outside the range that may stand too.
    ///   - exception: how that is said: `, or -1 for any`.
    mutating func integer(_ range: ClosedRange<Int>, or other: Int? = nil, exception: String = "") throws(FieldFault) -> Int {
        let text = try number("an integer")
        guard let digits = text.wholePart else {
            throw fault(.type(expected: "an integer", kind: "a decimal number", value: text.cutShort))
        }
        // What 64 bits do not hold is beyond the range on its side.
        let value = Int(digits) ?? (text.hasPrefix("-") ? .min : .max)
        guard range.contains(value) || value == other else {
            throw fault(
                .range(
                    noun: "integer", low: "\(range.lowerBound)", high: "\(range.upperBound)", exception: exception,
                    isAbove: value > range.upperBound, got: text.cutShort))
        }
        return value
    }

    /// A number in hundredths, rounded to the nearest: two decimals are kept, since engines tell no finer scales apart, and more
    /// come of arithmetic in binary (`2.1999999999999997`). The range holds for the number as it was sent.
    mutating func hundredths(_ range: ClosedRange<Int>) throws(FieldFault) -> Int {
        let text = try number("a number")
        // A number beyond every double is beyond the range on its side.
        let value = JSONNumber(checked: text).double ?? (text.hasPrefix("-") ? -.infinity : .infinity)
        let (low, high) = (Double(range.lowerBound) / 100, Double(range.upperBound) / 100)
        guard low <= value, value <= high else {
            throw fault(
                .range(
                    noun: "decimal", low: range.lowerBound.asHundredths, high: range.upperBound.asHundredths, exception: "",
                    isAbove: value > high, got: text.cutShort))
        }
        return Int((value * 100).rounded())
    }

    private mutating func number(_ phrase: String) throws(FieldFault) -> String {
        guard try fields.kind() == .number else { throw try wrongType(phrase) }
        return String(buffer: body.slice(try fields.skip()))
    }

    /// The fault of what comes next not being what `phrase` says.
    private mutating func wrongType(_ phrase: String) throws(FieldFault) -> FieldFault {
        let kind = try fields.kind()
        let value =
            switch kind {
            case .string: "the string \"\(try fields.string().cutShort)\""
            case .bool: try fields.bool() ? "true" : "false"
            case .number: try number(phrase).cutShort
            case .object, .array, .null: kind.phrase
            }
        return fault(.type(expected: phrase, kind: kind.phrase, value: value))
    }
}

extension String {
    /// Of a checked number: what stands before its point, when nothing but zeros stands behind it.
    var wholePart: Substring? {
        let parts = split(separator: ".", maxSplits: 1)
        guard let whole = parts.first, !whole.utf8.contains(where: \.isExponentSign) else { return nil }
        guard parts.count == 2 else { return whole }
        return parts[1].utf8.allSatisfy { $0 == UInt8(ascii: "0") } ? whole : nil
    }
}

extension Int {
    /// `7`, `1.5`, `1.25`: hundredths as whole ones.
    fileprivate var asHundredths: String {
        guard self % 100 != 0 else { return "\(self / 100)" }
        return self % 10 == 0 ? "\(self / 100).\(self / 10 % 10)" : "\(self / 100).\(self / 10 % 10)\(self % 10)"
    }
}

extension UInt8 {
    fileprivate var isExponentSign: Bool { self == UInt8(ascii: "e") || self == UInt8(ascii: "E") }

    /// Letters, digits, `_`, `-` and `.`: what may stand in a header without thought.
    fileprivate var isHeaderSafe: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
