import Inference
import NIOCore
import Wire

/// What the events of a Messages stream amount to, decided without any I/O.
struct AnthropicStream {
    enum Step {
        /// Nothing for the caller in it.
        case nothing
        case chunk(ChatChunk)
        case done
        case failed(EngineFailure)
    }

    /// A tool's call under way.
    private struct Call {
        let block: Int
        let place: Int
        var hasInput = false
    }

    private let diagnosis: Diagnosis
    private var usage = AnthropicUsage()
    private var outputBytes = 0
    private var hasBegun = false
    private var finishReason: String?
    private var calls = 0
    private var call: Call?

    init(_ diagnosis: Diagnosis) { self.diagnosis = diagnosis }

    var end: ChatEnd { ChatEnd(usage: usage.usage(delivering: outputBytes), reachedCap: finishReason == "length") }

    /// The stream ended without `message_stop`.
    var failureAtEnd: EngineFailure? {
        finishReason == nil ? EngineFailure(.broken, detail: "the stream ended before the answer did") : nil
    }

    mutating func on(_ event: ServerEvent) -> Step {
        guard !event.data.isBlank else { return .nothing }
        guard let document = try? JSONValue(parsing: event.data), document.members != nil else {
            return .failed(EngineFailure(.malformed, detail: "an event is not JSON"))
        }
        switch document["type"]?.string ?? event.name {
        case "message_start":
            usage.add(document["message"]?["usage"])
            guard !hasBegun else { return .nothing }
            hasBegun = true
            return chunk(["role": "assistant", "content": "", "refusal": .null])
        case "content_block_start": return begin(document["content_block"], at: document["index"]?.int ?? 0)
        case "content_block_delta": return more(document["delta"])
        case "content_block_stop": return endBlock()
        case "message_delta":
            usage.add(document["usage"])
            guard let reason = document["delta"]?["stop_reason"]?.string, finishReason == nil else { return .nothing }
            finishReason = AnthropicStop.finishReason(reason)
            return chunk(.object([]))
        case "message_stop":
            return hasBegun ? .done : .failed(EngineFailure(.malformed, detail: "the stream ended before it began"))
        case "error":
            let error = UpstreamError(document: event.data) ?? UpstreamError()
            return .failed(hasBegun ? diagnosis.failureInAnswer(error) : diagnosis.failureBeforeAnswer(error))
        // ping, and whatever comes to be.
        default: return .nothing
        }
    }

    private mutating func begin(_ block: JSONValue?, at index: Int) -> Step {
        switch block?["type"]?.string {
        case "tool_use":
            let name = block?["name"]?.string ?? ""
            call = Call(block: index, place: calls)
            calls += 1
            let function: JSONValue = ["name": .string(name), "arguments": ""]
            return chunk(
                [
                    "tool_calls": [
                        [
                            "index": .integer(calls - 1), "id": block?["id"] ?? "", "type": "function", "function": function,
                        ]
                    ]
                ], outputBytes: name.utf8.count)
        case "text":
            let text = block?["text"]?.string ?? ""
            return text.isEmpty ? .nothing : say(text)
        default: return .nothing
        }
    }

    private mutating func more(_ delta: JSONValue?) -> Step {
        switch delta?["type"]?.string {
        case "text_delta": return say(delta?["text"]?.string ?? "")
        case "input_json_delta":
            let piece = delta?["partial_json"]?.string ?? ""
            return piece.isEmpty ? .nothing : argue(piece)
        // Thinking and signatures are the upstream's own.
        default: return .nothing
        }
    }

    private mutating func say(_ text: String) -> Step {
        text.isEmpty ? .nothing : chunk(["content": .string(text)], outputBytes: text.utf8.count)
    }

    private mutating func argue(_ piece: String) -> Step {
        guard let place = call?.place else { return .nothing }
        call?.hasInput = true
        return chunk(
            ["tool_calls": [["index": .integer(place), "function": ["arguments": .string(piece)]]]],
            outputBytes: piece.utf8.count)
    }

    /// A tool without parameters is called without a word; OpenAI's callers expect an object all the same.
    private mutating func endBlock() -> Step {
        defer { call = nil }
        guard let call, !call.hasInput else { return .nothing }
        return argue("{}")
    }

    private mutating func chunk(_ delta: JSONValue, outputBytes: Int = 0) -> Step {
        self.outputBytes += outputBytes
        let choice: JSONValue = [
            "index": 0, "delta": delta, "logprobs": .null, "finish_reason": finishReason.map { .string($0) } ?? .null,
        ]
        var choices = ByteBuffer()
        JSONValue.array([choice]).write(into: &choices)
        return .chunk(ChatChunk(choices: choices, outputBytes: outputBytes, finishes: finishReason != nil))
    }
}
