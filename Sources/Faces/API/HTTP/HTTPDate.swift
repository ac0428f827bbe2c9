import Units

/// The `Date` of replies, made once a second (RFC 9110 section 5.6.7).
struct HTTPDate {
    private var seconds: Int64 = -1
    private var text = ""

    /// `Sun, 22 Nov 2026 20:28:48 GMT`
    mutating func text(at now: Instant) -> String {
        if now.seconds != seconds {
            seconds = now.seconds
            text = HTTPDate.format(now)
        }
        return text
    }

    private static func format(_ now: Instant) -> String {
        // 1970-01-01 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][Int(now.seconds / 86_400 % 7)]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        // 2026-11-22T20:28:48.123456Z
        let iso = Array(now.description.utf8)
        func digits(_ range: Range<Int>) -> String { String(decoding: iso[range], as: UTF8.self) }
        let month = months[(Int(digits(5..<7)) ?? 1) - 1]
        return "\(weekday), \(digits(8..<10)) \(month) \(digits(0..<4)) \(digits(11..<19)) GMT"
    }
}
