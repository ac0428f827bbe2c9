import Inference
import Wire

/// Messages of many roles as turns of two: what neighbours of one role say is one turn.
struct AnthropicTurns {
    private(set) var turns: [JSONValue] = []
    private(set) var system: [JSONValue] = []
    private var role = ""
    private var blocks: [JSONValue] = []

    /// Behind everything else the system says.
    mutating func instruct(_ text: String) { system.append(AnthropicTurns.text(text)) }

    mutating func add(_ message: JSONValue) throws(EngineFailure) {
        switch message["role"]?.string {
        case "system", "developer": system += try AnthropicTurns.blocks(of: message["content"])
        case "assistant": speak("assistant", try AnthropicTurns.answer(message))
        case "tool": speak("user", [try AnthropicTurns.result(message)])
        default: speak("user", try AnthropicTurns.blocks(of: message["content"]))
        }
    }

    private mutating func speak(_ role: String, _ more: [JSONValue]) {
        guard !more.isEmpty else { return }
        if self.role == role {
            blocks += more
            turns.removeLast()
        } else {
            self.role = role
            blocks = more
        }
        turns.append(["role": .string(role), "content": .array(blocks)])
    }

    private static func text(_ text: String) -> JSONValue { ["type": "text", "text": .string(text)] }

    /// Blocks of text without a word are refused there, so none is sent.
    private static func blocks(of content: JSONValue?) throws(EngineFailure) -> [JSONValue] {
        if let text = content?.string { return text.isEmpty ? [] : [AnthropicTurns.text(text)] }
        var blocks: [JSONValue] = []
        for part in content?.elements ?? [] {
            switch part["type"]?.string {
            case "image_url": blocks.append(image(part["image_url"]?["url"]?.string ?? ""))
            case "text", "refusal":
                let text = part["text"]?.string ?? part["refusal"]?.string ?? ""
                if !text.isEmpty { blocks.append(AnthropicTurns.text(text)) }
            default:
                throw AnthropicPrompt.refusal("This model takes text and images only.", param: "messages")
            }
        }
        return blocks
    }

    /// `data:image/png;base64,…`, as was checked, or an address that the upstream fetches.
    private static func image(_ url: String) -> JSONValue {
        guard url.hasPrefix("data:"), let comma = url.firstIndex(of: ",") else {
            return ["type": "image", "source": ["type": "url", "url": .string(url)]]
        }
        let kind = url[..<comma].dropFirst("data:".count).prefix { $0 != ";" }.lowercased()
        return [
            "type": "image",
            "source": [
                "type": "base64", "media_type": .string(kind == "image/jpg" ? "image/jpeg" : kind),
                "data": .string(String(url[url.index(after: comma)...])),
            ],
        ]
    }

    private static func answer(_ message: JSONValue) throws(EngineFailure) -> [JSONValue] {
        var blocks = try blocks(of: message["content"])
        if blocks.isEmpty, let refusal = message["refusal"]?.string, !refusal.isEmpty { blocks = [text(refusal)] }
        for call in message["tool_calls"]?.elements ?? [] {
            let arguments = call["function"]?["arguments"]?.string ?? ""
            // A model may have written what is no JSON; it is to be seen all the same.
            let input = (try? JSONValue(parsing: arguments)).flatMap { $0.members == nil ? nil : $0 }
            blocks.append([
                "type": "tool_use", "id": call["id"] ?? "", "name": call["function"]?["name"] ?? "",
                "input": input ?? (arguments.isEmpty ? .object([]) : ["arguments": .string(arguments)]),
            ])
        }
        return blocks
    }

    private static func result(_ message: JSONValue) throws(EngineFailure) -> JSONValue {
        let content = try blocks(of: message["content"])
        let members = [
            JSONMember(key: "type", value: "tool_result"),
            JSONMember(key: "tool_use_id", value: message["tool_call_id"] ?? ""),
        ]
        return .object(content.isEmpty ? members : members + [JSONMember(key: "content", value: .array(content))])
    }
}
