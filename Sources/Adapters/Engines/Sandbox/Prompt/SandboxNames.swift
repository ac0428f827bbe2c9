/// Finds names in a sentence: runs of capitalised words, and what stands behind "in", "to", "for" in careless writing.
enum SandboxNames {
    static func all(in text: String) -> [String] {
        let known = cities.filter { text.contains($0) }
        if !known.isEmpty { return known.sorted { (text.position(of: $0) ?? 0) < (text.position(of: $1) ?? 0) } }
        let capitalised = capitalisedRuns(in: text)
        return capitalised.isEmpty ? afterPreposition(in: text) : capitalised
    }

    private static func capitalisedRuns(in text: String) -> [String] {
        var runs: [Run] = []
        var open = Run()
        var isSentenceStart = true
        var afterComma = false
        func finish() {
            if !open.words.isEmpty { runs.append(open) }
            open = Run()
        }
        for raw in text.split(separator: " ") {
            let word = raw.trimmed(of: marks).droppingPossessive
            let isName = word.first?.isUppercase == true && !notNames.contains(word.lowercased())
            if afterComma, word.count == 2, word.allSatisfy({ $0.isASCII && $0.isUppercase }), let last = open.words.popLast() {
                // "San Francisco, CA" is one name.
                open.words.append("\(last), \(word)")
            } else {
                if afterComma || !isName { finish() }
                if isName {
                    if open.words.isEmpty { open.isDoubtful = isSentenceStart }
                    open.words.append(word)
                } else if joiners.contains(word.lowercased()), !runs.isEmpty {
                    runs[runs.count - 1].isDoubtful = false
                }
            }
            afterComma = raw.last == ","
            isSentenceStart = raw.last.map { ".;:!?".contains($0) } ?? false && !(raw.last == "." && word.count <= 2)
            if isSentenceStart { finish() }
        }
        finish()
        let certain = runs.filter { !$0.isDoubtful || $0.words.count > 1 }
        var names: [String] = []
        for name in (certain.isEmpty ? runs : certain).map(\.name) where !names.contains(name) { names.append(name) }
        return names
    }

    /// Neighbouring capitalised words.
    private struct Run {
        var words: [String] = []
        /// One word at the start of a sentence has its capital for that alone, perhaps.
        var isDoubtful = false
        var name: String { words.joined(separator: " ") }
    }

    private static let joiners: Set<String> = ["and", "or", "&", "vs", "versus"]

    /// "weather in paris and london" has no capitals, yet it names two places.
    private static func afterPreposition(in text: String) -> [String] {
        let words = text.split(separator: " ")
        let prepositions: Set = ["in", "at", "for", "about", "of"]
        guard let start = words.lastIndex(where: { prepositions.contains($0.lowercased()) }) else { return [] }
        var names: [String] = []
        var run: [String] = []
        for raw in words[(start + 1)...] {
            let word = raw.trimmed(of: marks)
            let endsName = raw.last.map { ",;:!?".contains($0) } ?? false
            if joiners.contains(word.lowercased()) {
                if !run.isEmpty { names.append(run.joined(separator: " ")) }
                run = []
                continue
            }
            guard !notNames.contains(word.lowercased()), !word.isEmpty, word.first?.isLetter == true else { break }
            run.append(word)
            if endsName {
                names.append(run.joined(separator: " "))
                run = []
            }
        }
        if !run.isEmpty { names.append(run.joined(separator: " ")) }
        return names.filter { $0.count <= 40 }
    }

    private static let marks = ",.;:!?()[]{}<>\"'“”‘’`*"

    /// Words that begin sentences or date things and are no names.
    private static let notNames: Set<String> = Set(
        """
        a about add after all also am an and another any answer are as ask at be before begin book but by calculate call can \
        check compare compute convert could count create current currently delete describe did do does each english every \
        explain extract fahrenheit celsius find first for from generate get give has have hello help hey hi how i i'd i'm if \
        in into is it it's its json just let let's list look make many may me multiply my next no not now of ok on one open \
        or our play please pick plan post put read remember remove reply repeat return right run say search second see send \
        set should show so some start stop subtract sum summarize summarise tell thank thanks that the their them then there \
        these they third this those to today tomorrow tonight translate try two update use using want was we were what what's \
        whats when where which who who's whose why will with would write yes yesterday you your \
        monday tuesday wednesday thursday friday saturday sunday january february march april june july august september \
        october november december
        """.split(separator: " ").map(String.init))

    /// Names that carry no capitals; enough for examples in Chinese.
    private static let cities = [
        "北京", "上海", "广州", "深圳", "杭州", "南京", "成都", "重庆", "武汉", "西安", "天津", "香港", "台北", "东京", "首尔", "新加坡", "巴黎",
        "伦敦", "柏林", "纽约", "旧金山", "悉尼",
    ]
}

extension String {
    fileprivate var droppingPossessive: String {
        hasSuffix("'s") || hasSuffix("’s") ? String(dropLast(2)) : self
    }

    fileprivate func position(of part: String) -> Int? {
        firstRange(of: part).map { distance(from: startIndex, to: $0.lowerBound) }
    }
}
