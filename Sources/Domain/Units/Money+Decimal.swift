extension Money: CustomStringConvertible {
    /// The amount as decimal US dollars: exact, with at least six and at most nine decimals, `-0.00000435`, `4.998500`.
    package var description: String { decimal(decimalsMin: 6) }

    /// The same amount as prices are written, with at least two decimals: `0.15`, `0.00000435`.
    package var brief: String { decimal(decimalsMin: 2) }

    private func decimal(decimalsMin: Int) -> String {
        let magnitude = nanodollars.magnitude
        let unit = UInt64(Money.nanodollarsPerDollar)
        let fraction = String(magnitude % unit)
        var decimals = Array((String(repeating: "0", count: 9 - fraction.count) + fraction).utf8)
        while decimals.count > decimalsMin, decimals.last == UInt8(ascii: "0") { decimals.removeLast() }
        return (nanodollars < 0 ? "-" : "") + String(magnitude / unit) + "." + String(decoding: decimals, as: UTF8.self)
    }

    /// Reads `5`, `5.00`, `0.000000001` or `-1.5`: digits, at most one point, at most nine decimals.
    /// No exponent, no sign but a leading minus, no spaces: what cannot be held exactly is refused.
    package init?(decimal text: some StringProtocol) {
        guard let nanodollars = Int64(decimal: text, places: 9) else { return nil }
        self.init(nanodollars: nanodollars)
    }
}

extension Int64 {
    /// Reads a plain decimal number and scales it by 10^`places`, exactly; nil when it has more decimals or does not fit.
    package init?(decimal text: some StringProtocol, places: Int) {
        var digits = text.utf8[...]
        let negative = digits.first == UInt8(ascii: "-")
        if negative { digits = digits.dropFirst() }
        var value: Int64 = 0
        var integerDigits = 0
        var decimals: Int?
        for byte in digits {
            if byte == UInt8(ascii: "."), decimals == nil {
                decimals = 0
                continue
            }
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            if let seen = decimals {
                guard seen < places else { return nil }
                decimals = seen + 1
            } else {
                integerDigits += 1
            }
            guard let next = value.appending(digit: Int64(byte - UInt8(ascii: "0"))) else { return nil }
            value = next
        }
        guard integerDigits > 0, decimals != 0 else { return nil }
        for _ in (decimals ?? 0)..<places {
            guard let next = value.appending(digit: 0) else { return nil }
            value = next
        }
        guard negative || value != .min else { return nil }
        self = negative ? value : -value
    }

    /// Of a number kept negative while it is read, since the negative numbers reach one further.
    private func appending(digit: Int64) -> Int64? {
        let (tens, overflow) = multipliedReportingOverflow(by: 10)
        guard !overflow else { return nil }
        let (sum, carry) = tens.subtractingReportingOverflow(digit)
        return carry ? nil : sum
    }
}
