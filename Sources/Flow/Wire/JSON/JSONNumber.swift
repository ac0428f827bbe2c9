/// A number as it is written; it is turned into a machine number only when asked.
package struct JSONNumber: Hashable, Sendable {
    package let text: String

    /// - Parameter text: a number of RFC 8259, such as a reader has checked.
    init(checked text: String) { self.text = text }

    package init(_ value: some FixedWidthInteger) { text = String(value) }

    /// A number of hundredths, not negative: `1.25` for 125.
    package init(hundredths: Int) {
        precondition(hundredths >= 0, "hundredths are not negative")
        let rest = hundredths % 100
        text = rest == 0 ? String(hundredths / 100) : "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// The integer, when there is neither fraction nor exponent and it fits: `1e3` and `5.0` are none.
    package var int: Int? { text.contains { $0 == "." || $0 == "e" || $0 == "E" } ? nil : Int(text) }
    /// The nearest double; infinite numbers are nil.
    package var double: Double? { Double(text).flatMap { $0.isFinite ? $0 : nil } }
}

/// A number of a document, checked but not converted: a view of its bytes, valid as long as its reader.
package struct JSONNumberText {
    package let raw: UnsafeRawBufferPointer
    /// Where it is in the document.
    package let range: Range<Int>
    /// True without fraction and exponent.
    package let isInteger: Bool

    package var string: String { String(decoding: raw, as: UTF8.self) }

    /// The integer, when there is neither fraction nor exponent and it fits 64 bits.
    package var int: Int? {
        guard isInteger else { return nil }
        // Eighteen digits fit; nearly all counts are a few.
        if raw.count <= 18, raw[0] != UInt8(ascii: "-") {
            var value = 0
            var index = 0
            while index < raw.count {
                value = value &* 10 &+ Int(raw[index] &- UInt8(ascii: "0"))
                index &+= 1
            }
            return value
        }
        var value = 0
        let negative = raw.first == UInt8(ascii: "-")
        for byte in negative ? raw.dropFirst() : raw[...] {
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            // Subtracting throughout reaches Int.min, which has no positive twin.
            let (next, carry) = tens.subtractingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !overflow, !carry else { return nil }
            value = next
        }
        if negative { return value }
        return value == .min ? nil : -value
    }

    /// The nearest double; nil when it overflows.
    package var double: Double? {
        // Up to 15 digits and a small power of ten: one exact division gives the nearest double.
        if raw.count <= 16, let short = shortDecimal { return short }
        return Double(string).flatMap { $0.isFinite ? $0 : nil }
    }

    private var shortDecimal: Double? {
        var mantissa = 0
        var scale = 1.0
        var pastPoint = false
        for byte in raw {
            switch byte {
            case UInt8(ascii: "-"): continue
            case UInt8(ascii: "."): pastPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                mantissa = mantissa * 10 + Int(byte - UInt8(ascii: "0"))
                if pastPoint { scale *= 10 }
            default: return nil
            }
        }
        guard mantissa < 1 << 53 else { return nil }
        let magnitude = Double(mantissa) / scale
        return raw.first == UInt8(ascii: "-") ? -magnitude : magnitude
    }
}
