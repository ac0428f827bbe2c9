/// One turn of a conversation as Anthropic has it, which may be several messages: what tools gave back are messages of their own.
struct MessagesTurn {
    private(set) var messages: [JSONValue] = []
    private var parts: [JSONValue] = []
    private var calls: [JSONValue] = []

    init(_ turn: JSONValue, at path: String) throws(RequestFault) {
        guard let role = turn["role"]?.string, role == "user" || role == "assistant" else {
            throw .translation("\(path).role", expected: "'user' or 'assistant'", got: turn["role"])
        }
        guard let content = turn["content"] else {
            throw .translation("\(path).content", expected: "a string or an array of blocks", got: nil)
        }
        if content.string != nil {
            messages = [["role": .string(role), "content": content]]
            return
        }
        guard let blocks = content.elements else {
            throw .translation("\(path).content", expected: "a string or an array of blocks", got: content)
        }
        for (index, block) in blocks.enumerated() { try take(block, of: role, at: "\(path).content[\(index)]") }
        finish(role)
    }

    private mutating func take(_ block: JSONValue, of role: String, at path: String) throws(RequestFault) {
        switch (block["type"]?.string, role) {
        case ("text", _):
            guard let text = block["text"], text.string != nil else {
                throw .translation("\(path).text", expected: "a string", got: block["text"])
            }
            parts.append(["type": "text", "text": text])
        case ("image", "user"): parts.append(try MessagesTurn.image(block["source"], at: "\(path).source"))
        case ("tool_use", "assistant"):
            guard let id = block["id"], let name = block["name"], let input = block["input"], input.members != nil else {
                throw .translation(path, expected: "an id, a name and an input that is an object", got: block)
            }
            calls.append(["id": id, "type": "function", "function": ["name": name, "arguments": .string(input.text)]])
        case ("tool_result", "user"):
            guard let id = block["tool_use_id"], id.string != nil else {
                throw .translation("\(path).tool_use_id", expected: "a string", got: block["tool_use_id"])
            }
            let text = try block["content"].map { content throws(RequestFault) in
                try MessagesRequest.text(of: content, at: "\(path).content")
            }
            messages.append(["role": "tool", "tool_call_id": id, "content": .string(text ?? "")])
        // What a model thought is no part of what was said.
        case ("thinking", "assistant"), ("redacted_thinking", "assistant"): break
        default:
            throw .translation(
                "\(path).type",
                expected: role == "user"
                    ? "one of 'text', 'image' and 'tool_result'" : "one of 'text', 'tool_use' and 'thinking'",
                got: block["type"])
        }
    }

    private static func image(_ source: JSONValue?, at path: String) throws(RequestFault) -> JSONValue {
        let address: String
        switch source?["type"]?.string {
        case "base64":
            guard let type = source?["media_type"]?.string, let data = source?["data"]?.string else {
                throw .translation(path, expected: "a media_type and data in base64", got: source)
            }
            address = "data:\(type);base64,\(data)"
        case "url":
            guard let url = source?["url"]?.string else {
                throw .translation("\(path).url", expected: "an address", got: source?["url"])
            }
            address = url
        default: throw .translation("\(path).type", expected: "'base64' or 'url'", got: source?["type"])
        }
        return ["type": "image_url", "image_url": ["url": .string(address)]]
    }

    private mutating func finish(_ role: String) {
        guard !parts.isEmpty || !calls.isEmpty else { return }
        var message = MemberList()
        message.add("role", .string(role))
        if role == "assistant" {
            let text = parts.compactMap { $0["text"]?.string }.joined()
            if !text.isEmpty || calls.isEmpty { message.add("content", .string(text)) }
            if !calls.isEmpty { message.add("tool_calls", .array(calls)) }
        } else {
            message.add("content", .array(parts))
        }
        messages.append(message.object)
    }
}
