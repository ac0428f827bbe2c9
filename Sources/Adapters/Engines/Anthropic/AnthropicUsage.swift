import Inference
import Units
import Wire

/// What the Messages API says an answer consumed. Counts of a stream come in two events, the later ones in place of the earlier.
struct AnthropicUsage: Hashable, Sendable {
    private var input: Int?
    private var written = 0
    private var read = 0
    private var output: Int?

    mutating func add(_ report: JSONValue?) {
        guard let report else { return }
        if let count = report["input_tokens"]?.int { input = count }
        if let count = report["cache_creation_input_tokens"]?.int { written = count }
        if let count = report["cache_read_input_tokens"]?.int { read = count }
        // Cumulative: the last one is the whole.
        if let count = report["output_tokens"]?.int { output = count }
    }

    /// In our terms: a prompt is what was new, what was written to the cache and what was read from it.
    /// - Returns: nil when none that can be true was reported.
    func usage(delivering outputBytes: Int) -> Usage? {
        let counts = 0...Rate.quantityMax
        guard let input, let output, [input, written, read, output].allSatisfy({ counts ~= $0 }) else { return nil }
        let usage = Usage(promptTokens: input + written + read, cachedTokens: read, completionTokens: output)
        guard usage.isPlausible, usage.promptTokens > 0, output > 0 || outputBytes == 0 else { return nil }
        return usage
    }
}

/// Why an answer ended, in OpenAI's words.
enum AnthropicStop {
    static func finishReason(_ reason: String) -> String {
        switch reason {
        case "max_tokens", "model_context_window_exceeded": "length"
        case "tool_use": "tool_calls"
        case "refusal": "content_filter"
        // end_turn, stop_sequence, pause_turn, and whatever comes to be.
        default: "stop"
        }
    }
}
