extension Money: CustomStringConvertible {
    /// The amount as decimal US dollars: exact, with at least six and at most nine decimals, `-0.00000435`, `4.998500`.
    package var description: String { decimal(decimalsMin: 6) }

    /// The same amount as prices are written, with at least two decimals: `0.15`, `0.00000435`.
    package var brief: String { decimal(decimalsMin: 2) }

    private func decimal(decimalsMin: Int) -> String {
        var dollars = nanodollars.magnitude / UInt64(Money.nanodollarsPerDollar)
        var fraction = nanodollars.magnitude % UInt64(Money.nanodollarsPerDollar)
        var decimals = 9
        while decimals > decimalsMin, fraction % 10 == 0 {
            fraction /= 10
            decimals -= 1
        }
        // From the last digit to the first: at most nine decimals, a point, ten digits and a sign.
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 24) { text in
            var start = text.count
            func put(_ byte: UInt8) {
                start -= 1
                text[start] = byte
            }
            for _ in 0..<decimals {
                put(UInt8(ascii: "0") + UInt8(fraction % 10))
                fraction /= 10
            }
            put(UInt8(ascii: "."))
            repeat {
                put(UInt8(ascii: "0") + UInt8(dollars % 10))
                dollars /= 10
            } while dollars > 0
            if nanodollars < 0 { put(UInt8(ascii: "-")) }
            return String(decoding: text[start...], as: UTF8.self)
        }
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
