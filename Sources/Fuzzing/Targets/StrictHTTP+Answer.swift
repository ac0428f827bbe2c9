extension StrictHTTP {
    struct Answer: Equatable {
        var status: Int
        var body: [UInt8]
        /// Short lines and few of them: every parser must take it.
        var isWithinLimits: Bool
    }

    /// The first answer that is not informational; nil when the bytes are none, or not whole when the connection ends behind them.
    static func answer(in bytes: [UInt8]) -> Answer? {
        var reader = StrictHTTP(bytes: bytes)
        do throws(Stop) { return try reader.answer() } catch { return nil }
    }

    private mutating func answer() throws(Stop) -> Answer {
        for informational in 0... {
            let line = String(decoding: try line(), as: UTF8.self)
            guard let match = line.wholeMatch(of: /HTTP\/1\.([01]) ([1-5][0-9][0-9])( .*)?/), let status = Int(match.2),
                status != 101
            else { throw .refused }
            let fields = try fields(atMost: .max)
            func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }
            let (lengths, codings) = (Set(values("content-length").map(StrictHTTP.withoutZeros)), values("transfer-encoding"))
            guard
                values("content-length").allSatisfy({
                    (1...18).contains($0.utf8.count) && $0.utf8.allSatisfy { 0x30...0x39 ~= $0 }
                }),
                lengths.count <= 1, codings.isEmpty || codings.map({ $0.lowercased() }) == ["chunked"]
            else { throw .refused }
            if status < 200 { continue }
            guard codings.isEmpty || (lengths.isEmpty && match.1 == "1") else { throw .refused }
            let body: [UInt8]
            if status == 204 || status == 304 {
                body = []
            } else if !codings.isEmpty {
                body = try chunks(fieldsAtMost: .max, spaceMayFollowSize: true)
            } else if let length = lengths.first {
                body = try take(Int(length) ?? 0)
            } else {
                body = takeRest()
            }
            let isWithinLimits = longestLine <= 200 && index <= 8192 && informational <= 16
            return Answer(status: status, body: body, isWithinLimits: isWithinLimits)
        }
        throw .refused
    }

    private static func withoutZeros(_ digits: String) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }
}
