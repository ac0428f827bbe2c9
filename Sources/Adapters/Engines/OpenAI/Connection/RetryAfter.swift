/// Reads how long an upstream asks to be left alone.
enum RetryAfter {
    /// - Parameters:
    ///   - precise: `retry-after-ms`, milliseconds, perhaps with decimals.
    ///   - seconds: `retry-after`, seconds, perhaps with decimals, or an HTTP date.
    ///   - now: the answer's own `date`, against which an HTTP date is measured.
    /// - Returns: milliseconds in 0...24 h, or nil when neither field says anything readable.
    static func milliseconds(precise: String?, seconds: String?, now: String?) -> Int? {
        if let value = precise.flatMap({ number($0, scale: 1) }) { return value }
        guard let seconds else { return nil }
        if let value = number(seconds, scale: 1000) { return value }
        guard let until = httpDate(seconds), let now = now.flatMap(httpDate) else { return nil }
        return bounded(Double(until - now) * 1000)
    }

    private static func number(_ text: String, scale: Double) -> Int? {
        guard text.utf8.first.map({ (0x30...0x39).contains($0) }) == true, let value = Double(text) else { return nil }
        return bounded(value * scale)
    }

    private static func bounded(_ milliseconds: Double) -> Int? {
        guard milliseconds.isFinite else { return nil }
        return Int(min(max(0, milliseconds), Double(OpenAILimits.retryAfterMillisecondsMax)).rounded(.up))
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT` in seconds since 1970; the obsolete forms are not read. Source: RFC 9110 §5.6.7.
    private static func httpDate(_ text: String) -> Int? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: String(parts[2])), (1...31).contains(day), (1970...9999).contains(year)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int($0) }
        guard time.count == 3 else { return nil }
        // Days of whole years, of whole months, of the month; leap days are those before the date.
        let leapYears = (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 - 477
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = (year - 1970) * 365 + leapYears + daysBefore[month] + (isLeap && month > 1 ? 1 : 0) + day - 1
        return days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    private static let daysBefore = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334]
}
