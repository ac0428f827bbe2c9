/// What a sentence of the caller's offers to fill arguments and documents with.
struct SandboxHints: Sendable {
    /// The sentence itself, on one line and bounded.
    let text: String
    /// Its words in lower case.
    let words: Set<String>
    /// Names of places, people, things: `Paris`, `San Francisco, CA`.
    var names: [String]
    /// Numbers as JSON writes them, in order.
    var numbers: [String]
    let quotes: [String]
    let emails: [String]
    let addresses: [String]
    let dates: [String]

    init(reading message: String) {
        let bounded = message.beginning(scalars: SandboxLimits.searchedScalarsMax)
        text = bounded.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        let chunks = text.split(separator: " ").map { $0.trimmed(of: ",.;:!?()[]{}<>\"'“”‘’。,!?") }
        words = Set(SandboxWords.all(in: text))
        quotes = SandboxHints.quotes(in: text)
        emails = chunks.filter { $0.contains("@") && $0.split(separator: "@").count == 2 && $0.last?.isLetter == true }
        addresses = chunks.filter { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
        dates = chunks.filter(\.isCalendarDate)
        numbers = chunks.compactMap(\.jsonNumber)
        names = SandboxNames.all(in: text)
    }

    /// Only one of the names: what one of several parallel calls is about.
    func about(_ name: String) -> SandboxHints {
        var hints = self
        hints.names = [name]
        return hints
    }

    /// True when the sentence has this text as whole words, whatever the case.
    func mentions(_ phrase: String) -> Bool {
        let wanted = SandboxWords.all(in: phrase)
        return !wanted.isEmpty && wanted.allSatisfy { words.contains($0) }
    }

    private static func quotes(in text: String) -> [String] {
        var found: [String] = []
        for (open, close) in [("\"", "\""), ("“", "”"), ("「", "」"), ("`", "`")] as [(Character, Character)] {
            var rest = text[...]
            while let start = rest.firstIndex(of: open) {
                let inside = rest[rest.index(after: start)...]
                guard let end = inside.firstIndex(of: close) else { break }
                if end > inside.startIndex { found.append(String(inside[..<end])) }
                rest = inside[inside.index(after: end)...]
            }
        }
        return found
    }
}

/// Words, as tools and sentences are compared by.
enum SandboxWords {
    /// Lower-case words; `getWeather`, `get_weather` and "get weather" are the same two. Chinese and Japanese, which put no
    /// spaces, become pairs of neighbours.
    static func all(in text: String) -> [String] {
        var words: [String] = []
        var word = ""
        var previous: Character?
        func finish() {
            if !word.isEmpty { words.append(word.lowercased()) }
            word = ""
        }
        for character in text {
            if character.isIdeograph {
                finish()
                if let neighbour = previous, neighbour.isIdeograph { words.append("\(neighbour)\(character)") }
            } else if character.isLetter || character.isNumber {
                if character.isUppercase, previous?.isLowercase == true { finish() }
                word.append(character)
            } else if !(character == "'" || character == "’") {
                finish()
            }
            previous = character
        }
        finish()
        return words
    }

    /// Equal, or of one stem: `calculate` and `calculator`, `city` and `cities`.
    static func areRelated(_ one: String, _ other: String) -> Bool {
        if one == other { return true }
        let shared = zip(one, other).prefix { $0 == $1 }.count
        let longer = max(one.count, other.count)
        let shorter = min(one.count, other.count)
        if shared == shorter, shorter >= 3, longer - shorter == 1, one.last == "s" || other.last == "s" { return true }
        return shared >= 5 && shared * 10 >= longer * 6
    }
}

extension Character {
    var isIdeograph: Bool {
        switch unicodeScalars.first?.value ?? 0 {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF: true
        default: false
        }
    }
}

extension StringProtocol {
    /// The first so many Unicode scalars: unlike characters, they are never long.
    func beginning(scalars: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(scalars))) }

    /// Without the given scalars at both ends.
    func trimmed(of unwanted: String) -> String {
        let unwanted = unwanted.unicodeScalars
        var part = unicodeScalars[...]
        while let first = part.first, unwanted.contains(first) { part = part.dropFirst() }
        while let last = part.last, unwanted.contains(last) { part = part.dropLast() }
        return String(String.UnicodeScalarView(part))
    }
}

extension String {
    /// `2025-01-15`.
    fileprivate var isCalendarDate: Bool {
        let parts = split(separator: "-", omittingEmptySubsequences: false)
        guard parts.map(\.count) == [4, 2, 2], let month = Int(parts[1]), let day = Int(parts[2]), Int(parts[0]) != nil
        else { return false }
        return 1...12 ~= month && 1...31 ~= day
    }

    /// The number this word is, as JSON writes it: `1,000` is 1000, `25%` is 25.
    fileprivate var jsonNumber: String? {
        var digits = trimmed(of: "$€£¥%°")
        for unit in ["km", "kg", "°C", "°F"] where digits.hasSuffix(unit) { digits.removeLast(unit.count) }
        digits.removeAll { $0 == "," }
        guard digits.utf8.count <= 15, let first = digits.first, let last = digits.last, first.isNumber || first == "-",
            last.isASCII, last.isNumber, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == "." || $0 == "-") }),
            let value = Double(digits), value.isFinite
        else { return nil }
        if let whole = Int(digits) { return String(whole) }
        return value.description.contains("e") ? nil : value.description
    }
}
