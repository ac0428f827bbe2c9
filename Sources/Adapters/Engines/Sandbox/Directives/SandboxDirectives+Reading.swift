import Units

extension SandboxDirectives {
    /// Takes the directives out of a message.
    /// - Returns: what they ask for, and the message without them.
    static func read(_ message: String) throws(SandboxObjection) -> (directives: SandboxDirectives, text: String) {
        var directives = SandboxDirectives()
        var text = ""
        var rest = message[...]
        while let opening = rest.nextSandboxOpening {
            text += rest[..<opening.lowerBound]
            rest = rest[opening.upperBound...]
            try directives.readBrackets(&rest)
        }
        text += rest
        return (directives, text.trimmed(of: " \n\t\r"))
    }

    /// Reads items up to the closing bracket.
    private mutating func readBrackets(_ rest: inout Substring) throws(SandboxObjection) {
        while true {
            rest = rest.drop { $0 == " " }
            if let quoted = try SandboxDirectives.takeQuoted(&rest) {
                content = quoted
            } else {
                guard let end = rest.firstIndex(where: { $0 == ";" || $0 == "]" }) else { throw SandboxDirectives.unclosed }
                try read(item: rest[..<end].trimmed(of: " "))
                rest = rest[end...]
            }
            switch rest.popFirst() {
            case "]": return
            case ";": continue
            default: throw SandboxDirectives.unclosed
            }
        }
    }

    /// `say "…"`: in quotes `]` and `;` are letters like others.
    private static func takeQuoted(_ rest: inout Substring) throws(SandboxObjection) -> Content? {
        for (word, make) in [("say \"", Content.text), ("refuse \"", Content.refusal)] as [(String, (String) -> Content)] {
            guard rest.lowercasedPrefix(word.count) == word else { continue }
            let inside = rest.dropFirst(word.count)
            guard let end = inside.firstIndex(of: "\"") else { throw unclosed }
            rest = inside[inside.index(after: end)...].drop { $0 == " " }
            return make(String(inside[..<end]))
        }
        return nil
    }

    private mutating func read(item: String) throws(SandboxObjection) {
        guard !item.isEmpty else { return }
        let name = item.prefix { $0 != " " && $0 != "=" }.lowercased()
        let rest = item.dropFirst(name.count).drop { $0 == " " }
        if rest.first == "=" {
            try read(name, value: rest.dropFirst().trimmed(of: " "), item)
        } else {
            try read(name, details: String(rest), item)
        }
    }

    private mutating func read(_ name: String, value: String, _ item: String) throws(SandboxObjection) {
        switch name {
        case "status":
            guard let status = Int(value), 400...599 ~= status else { throw Self.wrong(item, "a status from 400 to 599") }
            failure = .status(status)
        case "retry-after": retryAfterMilliseconds = Int(try Self.nanoseconds(value, item) / 1_000_000)
        case "delay": delayNanoseconds = try Self.nanoseconds(value, item)
        case "pace": paceNanoseconds = try Self.nanoseconds(value, item)
        case "tokens":
            guard let count = Int(value), 1...SandboxLimits.answerTokensMax ~= count else {
                throw Self.wrong(item, "a number from 1 to \(SandboxLimits.answerTokensMax)")
            }
            content = .tokens(count)
        case "finish":
            guard ["stop", "length", "content_filter", "tool_calls", "function_call"].contains(value) else {
                throw Self.wrong(item, "stop, length, content_filter, tool_calls or function_call")
            }
            finish = value
        default: throw Self.unknown(item)
        }
    }

    private mutating func read(_ name: String, details: String, _ item: String) throws(SandboxObjection) {
        switch name {
        case "break", "stall", "malformed":
            guard let kind = Cut.Kind(rawValue: name) else { throw Self.unknown(item) }
            cut = Cut(kind: kind, afterChunks: try Self.counts(["after"], in: details, item)["after"] ?? 1)
        case "unreachable" where details.isEmpty: failure = .unreachable
        case "no" where details.lowercased() == "usage": report = .nothing
        case "usage":
            let counts = try Self.counts(["prompt", "completion", "cached", "reasoning"], in: details, item)
            guard let prompt = counts["prompt"], let completion = counts["completion"] else {
                throw Self.wrong(item, "prompt= and completion=")
            }
            report = .usage(
                Usage(
                    promptTokens: prompt, cachedTokens: counts["cached"] ?? 0, completionTokens: completion,
                    reasoningTokens: counts["reasoning"] ?? 0))
        case "say": content = .text(details)
        case "refuse": content = .refusal(details.isEmpty ? "I'm sorry, I can't assist with that." : details)
        default: throw Self.unknown(item)
        }
    }

    // MARK: values

    /// `after=5`, `prompt=17 completion=3`.
    private static func counts(
        _ names: [String], in details: String, _ item: String
    ) throws(SandboxObjection) -> [String: Int] {
        var counts: [String: Int] = [:]
        for pair in details.split(separator: " ") {
            let sides = pair.split(separator: "=", omittingEmptySubsequences: false)
            guard sides.count == 2, names.contains(String(sides[0])), let count = Int(sides[1]), count >= 0 else {
                throw wrong(item, names.map { "\($0)=<number>" }.joined(separator: " "))
            }
            counts[String(sides[0])] = count
        }
        return counts
    }

    /// `500ms`, `2s`, `250us`; a bare number is milliseconds.
    static func nanoseconds(_ text: String, _ item: String) throws(SandboxObjection) -> Int64 {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let scales: [String: Int64] = ["us": 1_000, "ms": 1_000_000, "": 1_000_000, "s": 1_000_000_000]
        let longest = Int64(SandboxLimits.waitMillisecondsMax) * 1_000_000
        guard let scale = scales[String(text.dropFirst(digits.count))], let count = Int64(digits), count <= longest / scale
        else { throw wrong(item, "a time such as 500ms or 2s, at most \(SandboxLimits.waitMillisecondsMax / 1_000)s") }
        return count * scale
    }

    // MARK: objections

    private static let unclosed = objection("A directive '[sandbox: …' is not closed with ']'.")

    private static func wrong(_ item: String, _ expected: String) -> SandboxObjection {
        objection("The sandbox directive '\(item.prefix(80))' needs \(expected).")
    }

    private static func unknown(_ item: String) -> SandboxObjection {
        let list = known.map { "[sandbox: \($0)]" }.joined(separator: ", ")
        return objection("The sandbox does not know the directive '\(item.prefix(80))'. It knows: \(list).")
    }

    private static func objection(_ message: String) -> SandboxObjection {
        SandboxObjection(message, param: "messages", code: "invalid_sandbox_directive")
    }
}

extension Substring {
    /// Where the next `[sandbox:` stands, in any case.
    var nextSandboxOpening: Range<Index>? {
        var from = startIndex
        while let bracket = self[from...].utf8.firstIndex(of: UInt8(ascii: "[")) {
            let end = utf8.index(bracket, offsetBy: 9, limitedBy: endIndex) ?? endIndex
            if self[bracket..<end].lowercased() == "[sandbox:" { return bracket..<end }
            from = utf8.index(after: bracket)
        }
        return nil
    }

    fileprivate func lowercasedPrefix(_ count: Int) -> String { prefix(count).lowercased() }
}
