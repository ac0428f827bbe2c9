import Units

extension RequestID {
    /// `req_` and 32 random hexadecimal digits. Ids are ours alone: what a caller sends as `X-Request-Id` names nothing here.
    static func random(using generator: inout some RandomNumberGenerator) -> RequestID {
        let words = (generator.next(), generator.next())
        let digits: StaticString = "0123456789abcdef"
        return RequestID(
            String(unsafeUninitializedCapacity: 36) { target in
                _ = target.initialize(fromContentsOf: "req_".utf8)
                for index in 0..<16 {
                    let shift = UInt64(60 - 4 * index)
                    target[4 + index] = digits.utf8Start[Int(truncatingIfNeeded: words.0 >> shift & 15)]
                    target[20 + index] = digits.utf8Start[Int(truncatingIfNeeded: words.1 >> shift & 15)]
                }
                return 36
            })
    }
}
