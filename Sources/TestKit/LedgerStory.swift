/// What happens to a ledger, told in words: one happening or one expectation a line (or between ` · `), `#` begins a remark.
///
///     account A                                   price MODEL INPUT OUTPUT [cached RATE]
///     key K A live|test [limit USD] [expires SECONDS]      revoke K
///     top-up A USD REFERENCE [test]               wait SECONDS
///     hold K H [MODEL] in=BOUND/FAIR cap=N [n=N] [extra=N] [tranche=N] [hidden=N]
///     dispatch H ENGINE · accept H · progress H TOKENS · extend H TOKENS
///     settle H PROMPT COMPLETION [cached N]       release H
///     crash · recover [H]
///
/// and what must be true then, of the last happening or of the whole:
///
///     held USD cap N · extended USD · charged USD [written-off USD] · repeated · stale
///     refused REASON [needed USD] [left USD] · rejected REASON
///     balance A USD held USD [test] · spent K USD · open N
///
/// Amounts are US dollars, rates US dollars per million tokens. A refusal that the story does not expect fails it.
package struct LedgerStory: Sendable, CustomStringConvertible {
    package let name: String
    package let text: String

    package init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    package var description: String { name }

    /// Each line's words, with its number.
    var lines: [LedgerStoryLine] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().flatMap { index, line in
            line.split(separator: "·").map { part in
                let told = part.prefix { $0 != "#" }
                return LedgerStoryLine(number: index + 1, words: told.split(separator: " ").map(String.init))
            }
        }.filter { !$0.words.isEmpty }
    }
}

/// Where a story and the ledger part.
package struct LedgerStoryFailure: Error, CustomStringConvertible {
    package let line: Int
    package let sentence: String
    package var description: String { "line \(line): \(sentence)" }
}

struct LedgerStoryLine {
    let number: Int
    let words: [String]

    func failure(_ sentence: String) -> LedgerStoryFailure {
        LedgerStoryFailure(line: number, sentence: "\(words.joined(separator: " ")): \(sentence)")
    }

    /// The word at `index`.
    func word(_ index: Int) throws -> String {
        guard index < words.count else { throw failure("wants \(index) words after the first") }
        return words[index]
    }

    func number(_ index: Int) throws -> Int {
        guard let number = Int(try word(index)) else { throw failure("\(words[index]) is not a number") }
        return number
    }

    /// The word after `name`, or nil when `name` is not there.
    func value(after name: String) throws -> String? {
        guard let index = words.firstIndex(of: name) else { return nil }
        return try word(index + 1)
    }

    /// `17` of `cap=17`, or nil when there is no such word.
    func setting(_ name: String) -> String? {
        words.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
