import TestKit
import Testing
import Units

@Suite struct `Moments` {
    @Test(arguments: [
        ("1970-01-01T00:00:00.000000Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
        ("2000-02-29T00:00:00.000000Z", 951_782_400_000_000),
        ("2026-11-22T20:28:48.123456Z", 1_795_379_328_123_456), ("1600-02-29T12:00:00.000000Z", -11_670_955_200_000_000),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ])
    func `a moment is written in UTC with six decimals and read back`(text: String, microseconds: Int64) {
        #expect(Instant(microseconds: microseconds).description == text)
        #expect(Instant(iso8601: text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        ("2026-11-22", "2026-11-22T00:00:00.000000Z"), ("2026-11-22T20:28:48Z", "2026-11-22T20:28:48.000000Z"),
        ("2026-11-22T20:28:48.1Z", "2026-11-22T20:28:48.100000Z"), ("2026-11-22 20:28:48z", "2026-11-22T20:28:48.000000Z"),
        ("2026-11-22T20:28:48.123456789Z", "2026-11-22T20:28:48.123456Z"),
        ("2026-11-22T20:28:48+01:00", "2026-11-22T19:28:48.000000Z"),
        ("2026-01-01T00:00:00-05:30", "2026-01-01T05:30:00.000000Z"),
    ])
    func `the usual forms are read`(text: String, same: String) {
        #expect(Instant(iso8601: text)?.description == same)
    }

    @Test(arguments: [
        "", "2026", "2026-13-01", "2026-00-01", "2026-02-29", "2026-04-31", "2026-11-22T24:00:00Z", "2026-11-22T20:60:00Z",
        "2026-11-22T20:28:48", "2026-11-22T20:28Z", "2026-11-22T20:28:48.Z", "2026-11-22T20:28:48+0100", "2026-11-22Z",
        " 2026-11-22", "2026-11-22T20:28:48Z ", "26-11-22", "tomorrow",
    ])
    func `what is no moment is refused`(text: String) {
        #expect(Instant(iso8601: text) == nil)
    }

    @Test(arguments: [4, 5])
    func `what is written is read back, and texts sort as moments do`(seed: UInt64) {
        var seed = Seed(seed)
        var moments: [Instant] = []
        for _ in 0..<1000 {
            let moment = Instant(microseconds: Int64.random(in: -62_135_596_800_000_000...253_402_300_799_999_999, using: &seed))
            #expect(Instant(iso8601: moment.description) == moment, "\(seed)")
            moments.append(moment)
        }
        #expect(moments.sorted().map(\.description) == moments.map(\.description).sorted(), "\(seed)")
    }

    @Test(arguments: [Int64.min, .max])
    func `even the ends of time can be written`(microseconds: Int64) {
        #expect(Instant(microseconds: microseconds).description.hasSuffix("Z"))
    }
}
