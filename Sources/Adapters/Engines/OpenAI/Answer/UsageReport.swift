import Units
import Wire

/// What an upstream says an answer consumed, in any of the spellings seen in the field.
struct UsageReport: Hashable, Sendable {
    private var prompt: Int?
    private var completion: Int?
    private var total: Int?
    private var cached: Int?
    private var reasoning = 0
    /// A count that is no number at all.
    private var isUnreadable = false

    /// Reads an object; the caller has seen that it is one.
    init(_ reader: inout JSONReader) throws(JSONFault) {
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "prompt_tokens": prompt = try count(&reader)
            case "completion_tokens": completion = try count(&reader)
            case "total_tokens": total = try count(&reader)
            case "prompt_tokens_details": try readPromptDetails(&reader)
            case "completion_tokens_details": try readCompletionDetails(&reader)
            // DeepSeek, Mistral, Hugging Face.
            case "prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens": noteCached(try count(&reader))
            default: try reader.skipValue()
            }
        }
    }

    /// The usage in our terms, or nil when none that can be true was reported.
    ///
    /// A prompt is never empty, and an answer that was delivered is not nothing.
    /// - Parameters:
    ///   - outputBytes: what was delivered of the answer.
    ///   - hidesOutput: a total above the sum of its parts holds thinking that is shown nowhere else, and all of it is output.
    ///     Of other engines only the parts are believed.
    func usage(delivering outputBytes: Int, hidesOutput: Bool) -> Usage? {
        guard !isUnreadable, let prompt, prompt > 0, let output = output(besides: prompt, hidesOutput) else { return nil }
        guard output > 0 || outputBytes == 0 else { return nil }
        let usage = Usage(
            promptTokens: prompt, cachedTokens: cached ?? 0, completionTokens: output,
            reasoningTokens: min(max(0, reasoning), max(0, output)))
        return usage.isPlausible ? usage : nil
    }

    private func output(besides prompt: Int, _ hidesOutput: Bool) -> Int? {
        let counts = 0...Rate.quantityMax
        guard counts ~= prompt, counts ~= (completion ?? 0), counts ~= (total ?? 0) else { return nil }
        // Where no completion is told, the total tells it.
        guard let total, total > prompt + (completion ?? 0), hidesOutput || completion == nil else { return completion }
        return total - prompt
    }

    private mutating func readPromptDetails(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.peek() == .object else {
            try reader.skipValue()
            return
        }
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            if key.is("cached_tokens") { noteCached(try count(&reader)) } else { try reader.skipValue() }
        }
    }

    private mutating func readCompletionDetails(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.peek() == .object else {
            try reader.skipValue()
            return
        }
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            if key.is("reasoning_tokens") { reasoning = try count(&reader) ?? 0 } else { try reader.skipValue() }
        }
    }

    /// Servers that give several spellings mean the same count by them; one left at zero does not hide the other.
    private mutating func noteCached(_ count: Int?) {
        guard let count else { return }
        if cached == nil || cached == 0 { cached = count }
    }

    /// A count, or nil for null. `12.0` is 12.
    private mutating func count(_ reader: inout JSONReader) throws(JSONFault) -> Int? {
        switch try reader.peek() {
        case .null: try reader.readNull()
        case .number:
            let number = try reader.readNumber()
            if let value = number.int ?? number.double.flatMap({ Int(exactly: $0) }) { return value }
            isUnreadable = true
        default:
            try reader.skipValue()
            isUnreadable = true
        }
        return nil
    }
}
