package import NIOCore

/// What is posted to `/v1/responses`, made into the chat that it asks for, and what of it the answer repeats.
///
/// Nothing is remembered from one to the next: whoever names an earlier one is told so.
package struct ResponsesRequest: Sendable {
    package let chat: ByteBuffer
    /// `instructions`, `tools` and the like, as they were asked.
    let echo: ResponsesEcho

    /// - Throws: ``RequestFault`` for what cannot be translated; what can is checked as every chat is.
    package init(_ body: ByteBuffer) throws(RequestFault) {
        let asked = try body.document()
        for name in ["previous_response_id", "conversation", "prompt"] where asked[name].map({ !$0.isNull }) == true {
            throw .unsupported(name, why: "nothing is stored between two requests; send the whole conversation in 'input'")
        }
        if asked["background"]?.bool == true { throw .unsupported("background", why: "answers are given while they are made") }

        var chat = MemberList()
        chat.add("model", asked["model"])
        var messages: [JSONValue] = []
        if let instructions = asked["instructions"], !instructions.isNull {
            guard instructions.string != nil else {
                throw .translation("instructions", expected: "a string", got: instructions)
            }
            messages.append(["role": "system", "content": instructions])
        }
        messages += try ResponsesInput(asked["input"]).messages
        chat.add("messages", .array(messages))
        chat.add("stream", asked["stream"])
        chat.add("max_completion_tokens", asked["max_output_tokens"])
        for name in ["temperature", "top_p", "parallel_tool_calls", "user", "prompt_cache_key", "safety_identifier"] {
            chat.add(name, asked[name])
        }
        chat.add("reasoning_effort", asked["reasoning"]?["effort"])
        if let format = asked["text"]?["format"], !format.isNull { chat.add("response_format", ResponsesRequest.format(format)) }
        if let tools = asked["tools"], tools.elements?.isEmpty == false { chat.add("tools", try ResponsesRequest.tools(tools)) }
        if let choice = asked["tool_choice"], !choice.isNull, asked["tools"]?.elements?.isEmpty == false {
            chat.add("tool_choice", try ResponsesRequest.toolChoice(choice))
        }
        var buffer = ByteBuffer()
        chat.object.write(into: &buffer)
        self.chat = buffer
        echo = ResponsesEcho(asked)
    }

    private static func format(_ format: JSONValue) -> JSONValue {
        guard format["type"]?.string == "json_schema" else { return format }
        var schema = MemberList()
        for name in ["name", "description", "schema", "strict"] { schema.add(name, format[name]) }
        return ["type": "json_schema", "json_schema": schema.object]
    }

    private static func tools(_ value: JSONValue) throws(RequestFault) -> JSONValue {
        var tools: [JSONValue] = []
        for (index, tool) in (value.elements ?? []).enumerated() {
            guard tool["type"]?.string == "function" else {
                throw .unsupported("tools[\(index)].type", why: "only tools of type 'function' are passed on")
            }
            var function = MemberList()
            for name in ["name", "description", "parameters", "strict"] { function.add(name, tool[name]) }
            tools.append(["type": "function", "function": function.object])
        }
        return .array(tools)
    }

    private static func toolChoice(_ choice: JSONValue) throws(RequestFault) -> JSONValue {
        if choice.string != nil { return choice }
        guard choice["type"]?.string == "function", let name = choice["name"], name.string != nil else {
            throw .translation(
                "tool_choice", expected: "'auto', 'none', 'required' or a function's name", got: choice["type"] ?? choice)
        }
        return ["type": "function", "function": ["name": name]]
    }
}

/// What a response repeats of its request.
struct ResponsesEcho: Sendable {
    private let asked: [String: JSONValue]

    init(_ asked: JSONValue) {
        let names: Set = [
            "instructions", "max_output_tokens", "parallel_tool_calls", "temperature", "tool_choice", "tools", "top_p", "user",
            "metadata", "reasoning", "text",
        ]
        self.asked = Dictionary(
            (asked.members ?? []).filter { names.contains($0.key) && !$0.value.isNull }.map { ($0.key, $0.value) },
            uniquingKeysWith: { first, _ in first })
    }

    subscript(_ name: String, otherwise: JSONValue) -> JSONValue { asked[name] ?? otherwise }
}
