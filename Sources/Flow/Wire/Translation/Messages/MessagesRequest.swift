package import NIOCore

/// What is posted to `/v1/messages`, made into the chat that it asks for. Members without a counterpart (`top_k`, `thinking`, `cache_control`)
/// are left out, as unknown ones are at the other doors.
package enum MessagesRequest {
    /// - Throws: ``RequestFault`` for what cannot be translated; what can is checked as every chat is.
    package static func chat(_ body: ByteBuffer) throws(RequestFault) -> ByteBuffer {
        let asked = try body.document()
        var chat = MemberList()
        chat.add("model", asked["model"])
        guard let cap = asked["max_tokens"], cap.int != nil else {
            throw .translation("max_tokens", expected: "a whole number of tokens", got: asked["max_tokens"])
        }
        chat.add("max_completion_tokens", cap)
        var messages: [JSONValue] = []
        if let system = asked["system"], !system.isNull {
            messages.append(["role": "system", "content": .string(try text(of: system, at: "system"))])
        }
        guard let turns = asked["messages"]?.elements else {
            throw .translation("messages", expected: "an array of messages", got: asked["messages"])
        }
        for (index, turn) in turns.enumerated() { messages += try MessagesTurn(turn, at: "messages[\(index)]").messages }
        chat.add("messages", .array(messages))
        chat.add("stream", asked["stream"])
        chat.add("temperature", asked["temperature"])
        chat.add("top_p", asked["top_p"])
        if let stops = asked["stop_sequences"], stops.elements?.isEmpty == false { chat.add("stop", stops) }
        if let tools = asked["tools"], !tools.isNull { chat.add("tools", try self.tools(tools)) }
        if let choice = asked["tool_choice"], !choice.isNull {
            chat.add("tool_choice", try toolChoice(choice))
            if choice["disable_parallel_tool_use"]?.bool == true { chat.add("parallel_tool_calls", false) }
        }
        chat.add("user", asked["metadata"]?["user_id"])
        var buffer = ByteBuffer()
        chat.object.write(into: &buffer)
        return buffer
    }

    /// A string, or blocks of text.
    static func text(of value: JSONValue, at path: String) throws(RequestFault) -> String {
        if let text = value.string { return text }
        guard let blocks = value.elements else {
            throw .translation(path, expected: "a string or an array of text blocks", got: value)
        }
        var texts: [String] = []
        for (index, block) in blocks.enumerated() {
            guard block["type"]?.string == "text", let text = block["text"]?.string else {
                throw .translation("\(path)[\(index)]", expected: "a block of type 'text'", got: block["type"] ?? block)
            }
            texts.append(text)
        }
        return texts.joined(separator: "\n")
    }

    private static func tools(_ value: JSONValue) throws(RequestFault) -> JSONValue {
        guard let tools = value.elements else { throw .translation("tools", expected: "an array of tools", got: value) }
        var functions: [JSONValue] = []
        for (index, tool) in tools.enumerated() {
            if let type = tool["type"]?.string, type != "custom" {
                throw .unsupported(
                    "tools[\(index)].type", why: "only tools of the caller's own are passed on, got '\(type.prefix(64))'")
            }
            guard let name = tool["name"], name.string != nil else {
                throw .translation("tools[\(index)].name", expected: "a string", got: tool["name"])
            }
            var function = MemberList()
            function.add("name", name)
            function.add("description", tool["description"])
            function.add("parameters", tool["input_schema"])
            functions.append(["type": "function", "function": function.object])
        }
        return .array(functions)
    }

    private static func toolChoice(_ choice: JSONValue) throws(RequestFault) -> JSONValue {
        switch choice["type"]?.string {
        case "auto": return "auto"
        case "any": return "required"
        case "none": return "none"
        case "tool":
            guard let name = choice["name"], name.string != nil else {
                throw .translation("tool_choice.name", expected: "a string", got: choice["name"])
            }
            return ["type": "function", "function": ["name": name]]
        default:
            throw .translation(
                "tool_choice.type", expected: "one of 'auto', 'any', 'tool' and 'none'", got: choice["type"] ?? choice)
        }
    }
}
