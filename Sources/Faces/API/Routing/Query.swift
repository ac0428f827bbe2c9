/// The parameters behind the question mark.
struct Query: Sendable {
    private var values: [String: String] = [:]

    /// Of a name that comes twice the first counts; what is not percent-encoding is taken as it stands.
    init(_ text: String?) {
        for pair in (text ?? "").split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = parts[0].percentDecoded ?? String(parts[0])
            let value = parts.count > 1 ? parts[1].percentDecoded ?? String(parts[1]) : ""
            if values[name] == nil { values[name] = value }
        }
    }

    /// nil when it is absent or empty.
    subscript(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    /// An integer within `range`, or `fallback` when it is absent.
    func integer(_ name: String, in range: ClosedRange<Int>, otherwise fallback: Int) throws(ErrorResponse) -> Int {
        guard let text = self[name] else { return fallback }
        guard let value = Int(text), range.contains(value) else {
            throw .badQuery(name, expected: "an integer from \(range.lowerBound) to \(range.upperBound)", got: text)
        }
        return value
    }
}
