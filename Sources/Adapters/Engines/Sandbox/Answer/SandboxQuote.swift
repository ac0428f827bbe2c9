/// Bits of the caller's text as an answer may carry them: on one line and short.
enum SandboxQuote {
    static func short(of text: String, or absent: String, charactersMax: Int = SandboxLimits.quoteCharactersMax) -> String {
        let head = text.beginning(scalars: charactersMax * 4 + 16)
        let line = head.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        guard !line.isEmpty else { return absent }
        guard line.count > charactersMax else { return line }
        let cut = line.prefix(charactersMax)
        // Between words, if there are words.
        let whole = cut.lastIndex(of: " ").map { cut[..<$0] } ?? cut
        return (whole.count * 2 > charactersMax ? whole : cut) + "…"
    }
}
