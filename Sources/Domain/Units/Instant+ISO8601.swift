// Written here because the pure targets do without Foundation. The calendar arithmetic is the civil-from-days method:
// https://howardhinnant.github.io/date_algorithms.html

extension Instant: CustomStringConvertible {
    /// `2026-11-22T20:28:48.123456Z`, always UTC, always six decimals: texts sort as the moments do.
    package var description: String {
        let days = seconds.quotientRoundedDown(by: 86_400)
        let second = seconds - days * 86_400
        let remainder = microseconds % 1_000_000
        let micro = remainder < 0 ? remainder + 1_000_000 : remainder
        let date = CivilDate(daysSince1970: days)
        return "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
            + "T\(padded(second / 3600, 2)):\(padded(second / 60 % 60, 2)):\(padded(second % 60, 2)).\(padded(micro, 6))Z"
    }

    /// Reads `2026-11-22`, `2026-11-22T20:28:48Z`, with or without decimals, `Z` or `+01:00`. A date alone is its midnight UTC.
    package init?(iso8601 text: some StringProtocol) {
        var reader = DigitReader(text.utf8)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), let date = CivilDate(year: year, month: month, day: day)
        else { return nil }
        var micros = date.daysSince1970 * 86_400_000_000
        if !reader.isAtEnd {
            guard reader.skip("T") || reader.skip("t") || reader.skip(" "), let time = reader.timeOfDay(),
                let offset = reader.offset(), reader.isAtEnd
            else { return nil }
            micros += time - offset
        }
        self.init(microseconds: micros)
    }
}

private func padded(_ value: Int64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
}

private struct CivilDate {
    let year: Int64, month: Int64, day: Int64

    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.quotientRoundedDown(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        self.year = year
        self.month = month
        self.day = day
        let back = CivilDate(daysSince1970: daysSince1970)
        guard back.month == month, back.day == day else { return nil }
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.quotientRoundedDown(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private struct DigitReader {
    private var rest: [UInt8]

    init(_ bytes: some Sequence<UInt8>) { rest = bytes.reversed() }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard rest.last == UInt8(ascii: character) else { return false }
        rest.removeLast()
        return true
    }

    mutating func digit() -> Int64? {
        guard let byte = rest.last, byte >= 0x30, byte <= 0x39 else { return nil }
        rest.removeLast()
        return Int64(byte - 0x30)
    }

    mutating func number(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard let next = digit() else { return nil }
            value = value * 10 + next
        }
        return value
    }

    /// Microseconds since midnight.
    mutating func timeOfDay() -> Int64? {
        guard let hour = number(2), hour < 24, skip(":"), let minute = number(2), minute < 60, skip(":"),
            let second = number(2), second < 60
        else { return nil }
        var micros: Int64 = 0
        if skip(".") {
            var unit: Int64 = 100_000
            guard let first = digit() else { return nil }
            micros = first * unit
            while let next = digit() {
                unit /= 10
                micros += next * unit
            }
        }
        return ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros
    }

    /// Microseconds east of UTC; a time without a zone is refused.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        let east = skip("+")
        guard east || skip("-"), let hour = number(2), hour < 24, skip(":"), let minute = number(2), minute < 60 else {
            return nil
        }
        return (east ? 1 : -1) * (hour * 60 + minute) * 60_000_000
    }
}
