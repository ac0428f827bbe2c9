/// What happened, as a fingerprint of all of it and the last of it in words. Two runs with one fingerprint are one run.
struct Trace {
    struct Event: CustomStringConvertible {
        let at: Int64
        let what: StaticString
        let one: Int64
        let two: Int64

        var description: String {
            let micros = String(at / 1000)
            let time = String(repeating: " ", count: max(0, 12 - micros.count)) + micros
            return "\(time) µs  \(what) \(one) \(two)"
        }
    }

    /// How many events are kept in words.
    private static let lastMax = 60

    private(set) var fingerprint: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var count = 0
    private var ring: [Event] = []

    mutating func add(_ event: Event) {
        count += 1
        mix(UInt64(bitPattern: event.at))
        mix(UInt64(bitPattern: event.one))
        mix(UInt64(bitPattern: event.two))
        event.what.withUTF8Buffer { bytes in
            for byte in bytes { fingerprint = (fingerprint ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        if ring.count == Trace.lastMax { ring[(count - 1) % Trace.lastMax] = event } else { ring.append(event) }
    }

    /// The last events, oldest first.
    var last: [Event] {
        guard ring.count == Trace.lastMax else { return ring }
        let start = count % Trace.lastMax
        return Array(ring[start...] + ring[..<start])
    }

    /// FNV-1a over words: http://www.isthe.com/chongo/tech/comp/fnv/
    private mutating func mix(_ word: UInt64) {
        fingerprint = (fingerprint ^ word) &* 0x0000_0100_0000_01B3
        fingerprint ^= fingerprint >> 29
    }
}
