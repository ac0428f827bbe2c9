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
            guard let (isHTTP10, status) = StrictHTTP.status(of: try line()), status != 101 else { throw .refused }
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
            guard codings.isEmpty || (lengths.isEmpty && !isHTTP10) else { throw .refused }
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

    /// `HTTP/1.1 200`, and behind a blank any words. Parted as bytes: as text, the blank may be one character with what follows it.
    private static func status(of line: [UInt8]) -> (isHTTP10: Bool, status: Int)? {
        let parts = line.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard parts.count >= 2, ["HTTP/1.0", "HTTP/1.1"].contains(parts[0]), parts[1].utf8.count == 3,
            parts[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 }), let status = Int(parts[1]), 100...599 ~= status
        else { return nil }
        return (parts[0] == "HTTP/1.0", status)
    }

    private static func withoutZeros(_ digits: String) -> String {
        let rest = digits.drop { $0 == "0" }
        return rest.isEmpty ? "0" : String(rest)
    }
}
