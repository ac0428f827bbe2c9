/// The `input` of a response: a string, or items that are messages, calls of tools and what they gave back.
struct ResponsesInput {
    private(set) var messages: [JSONValue] = []
    /// Calls that follow each other are one message.
    private var calls: [JSONValue] = []

    init(_ input: JSONValue?) throws(RequestFault) {
        if let input, input.string != nil {
            messages = [["role": "user", "content": input]]
            return
        }
        guard let items = input?.elements else {
            throw .translation("input", expected: "a string or an array of items", got: input)
        }
        for (index, item) in items.enumerated() { try take(item, at: "input[\(index)]") }
        finishCalls()
    }

    private mutating func take(_ item: JSONValue, at path: String) throws(RequestFault) {
        switch item["type"]?.string ?? "message" {
        case "message":
            finishCalls()
            messages.append(try ResponsesInput.message(item, at: path))
        case "function_call":
            guard let id = item["call_id"], let name = item["name"], let arguments = item["arguments"], arguments.string != nil
            else { throw .translation(path, expected: "a call_id, a name and arguments as a string", got: item) }
            calls.append(["id": id, "type": "function", "function": ["name": name, "arguments": arguments]])
        case "function_call_output":
            finishCalls()
            guard let id = item["call_id"], id.string != nil, let output = item["output"] else {
                throw .translation(path, expected: "a call_id and an output", got: item)
            }
            let text = try ResponsesInput.text(of: output, at: "\(path).output")
            messages.append(["role": "tool", "tool_call_id": id, "content": .string(text)])
        // What a model thought is no part of what was said.
        case "reasoning": break
        case let type:
            throw .translation(
                "\(path).type", expected: "one of 'message', 'function_call' and 'function_call_output'", got: .string(type))
        }
    }

    private static func text(of value: JSONValue, at path: String) throws(RequestFault) -> String {
        if let text = value.string { return text }
        guard let parts = value.elements else { throw .translation(path, expected: "a string or an array of texts", got: value) }
        var texts: [String] = []
        for (index, part) in parts.enumerated() {
            guard let text = part["text"]?.string else {
                throw .translation("\(path)[\(index)]", expected: "a part of type 'input_text'", got: part["type"] ?? part)
            }
            texts.append(text)
        }
        return texts.joined(separator: "\n")
    }

    private mutating func finishCalls() {
        guard !calls.isEmpty else { return }
        messages.append(["role": "assistant", "tool_calls": .array(calls)])
        calls = []
    }

    private static func message(_ item: JSONValue, at path: String) throws(RequestFault) -> JSONValue {
        guard let role = item["role"], role.string != nil else {
            throw .translation(
                "\(path).role", expected: "one of 'user', 'assistant', 'system' and 'developer'", got: item["role"])
        }
        guard let content = item["content"], !content.isNull else {
            throw .translation("\(path).content", expected: "a string or an array of parts", got: nil)
        }
        guard let parts = content.elements else { return ["role": role, "content": content] }
        if role.string == "assistant" {
            let said = parts.compactMap { $0["text"]?.string ?? $0["refusal"]?.string }
            return ["role": role, "content": .string(said.joined())]
        }
        var translated: [JSONValue] = []
        for (index, part) in parts.enumerated() { translated.append(try self.part(part, at: "\(path).content[\(index)]")) }
        return ["role": role, "content": .array(translated)]
    }

    private static func part(_ part: JSONValue, at path: String) throws(RequestFault) -> JSONValue {
        switch part["type"]?.string {
        case "input_text", "text":
            guard let text = part["text"], text.string != nil else {
                throw .translation("\(path).text", expected: "a string", got: part["text"])
            }
            return ["type": "text", "text": text]
        case "input_image":
            guard let url = part["image_url"], url.string != nil else {
                throw .translation("\(path).image_url", expected: "an https address or a data URL", got: part["image_url"])
            }
            var image = MemberList()
            image.add("url", url)
            image.add("detail", part["detail"])
            return ["type": "image_url", "image_url": image.object]
        default: throw .translation("\(path).type", expected: "'input_text' or 'input_image'", got: part["type"])
        }
    }
}
