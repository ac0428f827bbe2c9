import Inference
import NIOCore
import Wire

/// An answer of the Messages API that came as one document.
struct AnthropicMessage {
    let chunk: ChatChunk
    let end: ChatEnd

    /// - Throws: what the document says is wrong, or what is wrong with it.
    init(_ document: ByteBuffer, _ diagnosis: Diagnosis) throws(EngineFailure) {
        guard let message = try? JSONValue(parsing: document) else {
            throw EngineFailure(.malformed, detail: "the answer is not JSON")
        }
        if message["type"]?.string == "error" || message["error"]?.members != nil {
            throw diagnosis.failureBeforeAnswer(UpstreamError(document: document) ?? UpstreamError())
        }
        guard let blocks = message["content"]?.elements, let reason = message["stop_reason"]?.string else {
            throw EngineFailure(.malformed, detail: "the answer is not a message")
        }
        var text: String?
        var calls: [JSONValue] = []
        var outputBytes = 0
        for block in blocks {
            if block["type"]?.string == "text", let piece = block["text"]?.string {
                text = (text ?? "") + piece
                outputBytes += piece.utf8.count
            } else if block["type"]?.string == "tool_use", let name = block["name"]?.string {
                let arguments = block["input"]?.text ?? "{}"
                outputBytes += name.utf8.count + arguments.utf8.count
                calls.append([
                    "id": block["id"] ?? "", "type": "function",
                    "function": ["name": .string(name), "arguments": .string(arguments)],
                ])
            }
        }
        var members = [
            JSONMember(key: "role", value: "assistant"),
            JSONMember(key: "content", value: text.map { .string($0) } ?? (calls.isEmpty ? "" : .null)),
        ]
        if !calls.isEmpty { members.append(JSONMember(key: "tool_calls", value: .array(calls))) }
        members.append(JSONMember(key: "refusal", value: .null))
        members.append(JSONMember(key: "annotations", value: []))
        let finishReason = AnthropicStop.finishReason(reason)
        let choice: JSONValue = [
            "index": 0, "message": .object(members), "logprobs": .null, "finish_reason": .string(finishReason),
        ]
        var choices = ByteBuffer()
        JSONValue.array([choice]).write(into: &choices)
        chunk = ChatChunk(choices: choices, outputBytes: outputBytes, finishes: true)
        var usage = AnthropicUsage()
        usage.add(message["usage"])
        end = ChatEnd(usage: usage.usage(delivering: outputBytes), reachedCap: finishReason == "length")
    }
}
