import Wire

extension SandboxDocument {
    /// A string: by `format` or `pattern` if there is one, else what the sentence offers for a property of this name.
    mutating func string(for schema: SandboxSchema, at place: Place) throws(SandboxObjection) -> String {
        let least = schema.count("minLength") ?? 0
        let most = schema.count("maxLength") ?? .max
        guard least <= most, least <= SandboxLimits.stringScalarsMax else {
            throw SandboxObjection("The schema allows no length for the string \(place.sentence) that the sandbox can write.")
        }
        if let expression = schema["pattern"]?.string {
            return try string(matching: expression, least: least, most: most, at: place)
        }
        if let format = schema["format"]?.string, let text = string(ofFormat: format) { return text }
        return SandboxDocument.fitted(natural(for: place), least: least, most: most)
    }

    private mutating func string(
        matching expression: String, least: Int, most: Int, at place: Place
    ) throws(SandboxObjection) -> String {
        let pattern: SandboxPattern
        do throws(SandboxPattern.Unknown) {
            pattern = try SandboxPattern(expression)
        } catch {
            throw SandboxObjection("The sandbox cannot write text for the pattern of \(place.sentence): \(error.what).")
        }
        for attempt in 0..<24 {
            let stretch = attempt < 8 ? 4 : attempt < 16 ? max(least, 4) : 0
            if let text = pattern.text(stretch: stretch, dice: &dice), least...most ~= text.unicodeScalars.count { return text }
        }
        throw SandboxObjection("The sandbox finds no text of the right length for the pattern of \(place.sentence).")
    }

    /// Source of the names: JSON Schema 2020-12, "Validation", §7.3. Unknown formats are only a note to the reader.
    private mutating func string(ofFormat format: String) -> String? {
        switch format {
        case "date": return date()
        case "date-time": return "\(date())T\(time())Z"
        case "time": return "\(time())Z"
        case "duration": return "PT\(1 + dice.below(59))M"
        case "email", "idn-email": return hints.emails.first ?? "sandbox\(dice.below(100))@example.com"
        case "hostname", "idn-hostname": return "host\(dice.below(100)).example.com"
        case "ipv4": return "192.0.2.\(1 + dice.below(254))"
        case "ipv6": return "2001:db8::\(String(1 + dice.below(0xFFFE), radix: 16))"
        case "uri", "iri", "url": return hints.addresses.first ?? "https://example.com/\(dice.below(1000))"
        case "uri-reference", "iri-reference": return hints.addresses.first ?? "/items/\(dice.below(1000))"
        case "uuid": return uuid()
        case "json-pointer": return "/items/\(dice.below(10))"
        case "relative-json-pointer": return "\(dice.below(3))/items"
        case "regex": return "^[a-z]+$"
        case "byte": return "c2FuZGJveA=="
        default: return nil
        }
    }

    private mutating func date() -> String {
        hints.dates.first ?? "2025-0\(1 + dice.below(9))-\(10 + dice.below(19))"
    }

    private mutating func time() -> String { "\(10 + dice.below(10)):\(10 + dice.below(50)):00" }

    /// Version 4 by its marks: RFC 9562 §5.4.
    private mutating func uuid() -> String {
        let digits = (0..<32).map { _ in String(dice.below(16), radix: 16) }
        let variant = ["8", "9", "a", "b"][dice.below(4)]
        let groups = [
            digits[0..<8].joined(), digits[8..<12].joined(), "4" + digits[13..<16].joined(),
            variant + digits[17..<20].joined(), digits[20..<32].joined(),
        ]
        return groups.joined(separator: "-")
    }

    // MARK: text by the property's name

    private mutating func natural(for place: Place) -> String {
        let words = SandboxWords.all(in: place.name)
        func speaks(of topics: Set<String>) -> Bool { words.contains { topics.contains($0) } }
        if speaks(of: Self.answers) { return answer }
        if speaks(of: ["date", "day", "birthday", "deadline"]) { return date() }
        if speaks(of: ["time"]) { return time() }
        if speaks(of: ["email", "mail"]), let text = string(ofFormat: "email") { return text }
        if speaks(of: ["url", "uri", "link", "website", "href"]), let text = string(ofFormat: "uri") { return text }
        if speaks(of: ["uuid", "guid"]) { return uuid() }
        if speaks(of: ["id", "identifier", "code", "sku"]) {
            return hints.numbers.first ?? "sbx-\(1000 + dice.below(9000))"
        }
        if speaks(of: ["unit", "units"]) { return "celsius" }
        if speaks(of: ["currency"]) { return "USD" }
        if speaks(of: ["language", "lang", "locale"]) { return "en" }
        if speaks(of: Self.sentences) { return hints.quotes.first ?? SandboxQuote.short(of: hints.text, or: "a question") }
        if speaks(of: Self.reflections) {
            let occasion = SandboxQuote.short(of: hints.text, or: "an empty message")
            return "The sandbox wrote this \(words.joined(separator: " ")) for: \(occasion)"
        }
        if !hints.names.isEmpty {
            // Each name once, the last one as often as it takes.
            return hints.names.count > 1 ? hints.names.removeFirst() : hints.names[0]
        }
        if speaks(of: Self.places) { return dice.pick(from: ["Paris", "London", "Tokyo", "Nairobi", "Lima"]) }
        if speaks(of: ["name", "person", "user", "author", "who", "customer", "participant", "participants"]) {
            return dice.pick(from: ["Alice", "Bob", "Carol", "Dave", "Erin"])
        }
        if let quote = hints.quotes.first { return quote }
        let label = words.isEmpty ? "value" : words.joined(separator: " ")
        return "sandbox \(label) \(1 + dice.below(9))"
    }

    private static let answers: Set<String> = ["answer", "reply", "response", "output", "final", "result"]
    private static let sentences: Set<String> = [
        "query", "question", "search", "text", "prompt", "content", "input", "message", "body", "keyword", "keywords", "topic",
        "expression", "task", "request", "q",
    ]
    private static let reflections: Set<String> = [
        "summary", "description", "explanation", "reason", "reasoning", "rationale", "thought", "notes", "note", "comment",
        "details",
        "justification", "analysis",
    ]
    private static let places: Set<String> = [
        "city", "location", "place", "country", "town", "address", "region", "destination", "origin", "state", "where", "from",
        "to",
    ]

    /// Cut or filled up to the length a schema wants, in Unicode scalars.
    private static func fitted(_ text: String, least: Int, most: Int) -> String {
        var scalars = Array(text.unicodeScalars.prefix(most))
        let filling = Array(" sandbox".unicodeScalars)
        while scalars.count < least { scalars.append(filling[scalars.count % filling.count]) }
        var fitted = String.UnicodeScalarView()
        fitted.append(contentsOf: scalars)
        return String(fitted)
    }
}
