extension SandboxWit {
    /// The few things the sandbox knows: what tutorials ask.
    static func fact(about sentence: String) -> String? {
        let words = Set(SandboxWords.all(in: sentence.beginning(scalars: SandboxLimits.searchedScalarsMax)))
        if words.contains("capital") {
            for (country, capital) in capitals where words.isSuperset(of: SandboxWords.all(in: country)) {
                return "The capital of \(country) is \(capital)."
            }
        }
        return facts.first { words.isSuperset(of: $0.words) }?.answer
    }

    private static let facts: [(words: Set<String>, answer: String)] = [
        (["largest", "state", "area"], "Alaska is the largest U.S. state by area."),
        (["smallest", "state", "area"], "Rhode Island is the smallest U.S. state by area."),
        (["largest", "planet"], "Jupiter is the largest planet of the solar system."),
        (["largest", "ocean"], "The Pacific is the largest ocean."),
        (["highest", "mountain"], "Mount Everest is the highest mountain above sea level."),
        (["days", "year"], "A common year has 365 days, a leap year 366."),
        (["meaning", "life"], "The meaning of life is 42, as any sandbox will tell you."),
        (["who", "are", "you"], "I am the sandbox engine of MiniToolAI."),
        (["what", "are", "you"], "I am the sandbox engine of MiniToolAI."),
        (["your", "name"], "I have no name of my own; people call me the sandbox."),
        (["你是", "是谁"], "我是 MiniToolAI 的沙盒引擎。"),
        (["ping"], "Pong."),
        (["haiku"], "Sand runs through my hands,\nevery grain the same each time:\nno model, no dream."),
        (
            ["poem"],
            """
            A sandbox has no thoughts to sell,
            it only says the words it knows,
            and counts its tokens very well,
            and always in the same way goes.
            """
        ),
        (["joke"], "A model walks into a sandbox. Nothing happens, deterministically."),
        (["thank", "you"], "You are welcome."),
        (["thanks"], "You are welcome."),
    ]

    private static let capitals = [
        ("France", "Paris"), ("Germany", "Berlin"), ("Italy", "Rome"), ("Spain", "Madrid"), ("Japan", "Tokyo"),
        ("China", "Beijing"), ("Canada", "Ottawa"), ("Australia", "Canberra"), ("Brazil", "Brasília"), ("India", "New Delhi"),
        ("Kenya", "Nairobi"), ("Egypt", "Cairo"), ("England", "London"), ("the United Kingdom", "London"),
    ]

    /// `Say X`, `repeat after me: X`, `reply with "X"`: exactly X, without a word about the sandbox.
    static func repetition(wantedBy sentence: String) -> String? {
        var rest = sentence[...]
        for politeness in ["please ", "just ", "can you ", "could you ", "now "] { _ = rest.takePrefix(politeness) }
        let verbs = ["say", "repeat", "reply with", "respond with", "answer with", "reply", "echo", "请说", "重复", "说"]
        guard verbs.contains(where: { rest.takeWord($0) }) else { return nil }
        for filler in ["after me", "back to me", "the following", "the words", "the word", "exactly", "only", "just"] {
            _ = rest.takeWord(filler)
        }
        rest = rest.drop { $0 == " " || $0 == ":" || $0 == ":" || $0 == "\n" }
        let quotes: [Character: Character] = ["\"": "\"", "'": "'", "“": "”", "`": "`", "「": "」"]
        if let open = rest.first, let close = quotes[open] {
            let inside = rest.dropFirst()
            if let end = inside.lastIndex(of: close), end > inside.startIndex { return String(inside[..<end]) }
        }
        return rest.isEmpty ? nil : String(rest)
    }

    /// `Count to 10`, `count from 3 to 7`.
    static func counting(_ sentence: String) -> String? {
        let words = SandboxWords.all(in: sentence.beginning(scalars: 200))
        guard words.contains("count"), let to = words.lastIndex(of: "to"), to > 0, to + 1 < words.count,
            let last = Int(words[to + 1])
        else { return nil }
        let first = words.contains("from") ? Int(words[to - 1]) ?? 1 : 1
        guard first <= last, last <= 1_000_000, last - first < SandboxLimits.countToMax else { return nil }
        return (first...last).map(String.init).joined(separator: ", ")
    }
}

extension Substring {
    /// Drops a beginning, in any case, if it is there.
    fileprivate mutating func takePrefix(_ beginning: String) -> Bool {
        let length = beginning.unicodeScalars.count
        guard self.beginning(scalars: length).lowercased() == beginning else { return false }
        self = Substring(unicodeScalars.dropFirst(length))
        return true
    }

    /// Drops a word or phrase that ends here or is followed by a space, a colon or a quote.
    fileprivate mutating func takeWord(_ phrase: String) -> Bool {
        var rest = Substring(unicodeScalars.drop { $0 == " " })
        guard rest.takePrefix(phrase), let next = rest.unicodeScalars.first else { return false }
        let isChinese = phrase.first?.isIdeograph == true
        guard isChinese || " ::\"'“`「\n".unicodeScalars.contains(next) else { return false }
        self = rest
        return true
    }
}
