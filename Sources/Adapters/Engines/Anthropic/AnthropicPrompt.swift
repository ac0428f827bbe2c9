import Inference
import NIOCore
import Wire

/// A prompt in OpenAI's form as the Messages API takes it.
struct AnthropicPrompt {
    private(set) var body = ByteBuffer()

    /// - Throws: a refusal of what has no counterpart and would be missing in the answer; ``JSONFault`` only when the members are not
    ///   what ``ChatPrompt`` promises.
    init(_ order: ChatOrder) throws {
        let prompt = order.prompt
        try AnthropicPrompt.refuseUnknown(prompt)
        var turns = AnthropicTurns()
        for message in try AnthropicPrompt.member("messages", of: prompt)?.elements ?? [] { try turns.add(message) }
        if let wish = try AnthropicPrompt.formatWish(prompt) { turns.instruct(wish) }

        var members: [JSONMember] = [
            JSONMember(key: "model", value: .string(order.model)),
            JSONMember(key: "max_tokens", value: .integer(order.outputCap)),
        ]
        func add(_ key: String, _ value: JSONValue?) {
            if let value, !value.isNull { members.append(JSONMember(key: key, value: value)) }
        }
        add("stream", prompt.stream ? true : nil)
        add("system", turns.system.isEmpty ? nil : .array(turns.system))
        add("messages", .array(turns.turns))
        // OpenAI's scale ends at 2, this one at 1.
        if let temperature = try AnthropicPrompt.member("temperature", of: prompt) {
            add("temperature", (temperature.double ?? 0) > 1 ? 1 : temperature)
        }
        add("top_p", try AnthropicPrompt.member("top_p", of: prompt))
        add("stop_sequences", try AnthropicPrompt.member("stop", of: prompt).map { $0.string == nil ? $0 : .array([$0]) })
        let tools = try AnthropicPrompt.tools(prompt)
        add("tools", tools)
        if tools != nil { add("tool_choice", try AnthropicPrompt.toolChoice(prompt)) }
        add("metadata", try AnthropicPrompt.member("user", of: prompt)?.string.map { ["user_id": .string($0)] })
        JSONValue.object(members).write(into: &body)
    }

    private static func member(_ name: String, of prompt: ChatPrompt) throws(JSONFault) -> JSONValue? {
        guard let text = prompt[name] else { return nil }
        let value = try JSONValue(parsing: text)
        return value.isNull ? nil : value
    }

    /// What would be missed in the answer. What merely colours it (seed, penalties) is left out.
    private static func refuseUnknown(_ prompt: ChatPrompt) throws {
        if prompt.choices > 1 {
            throw refusal("n must be 1 for this model, got \(prompt.choices).", param: "n")
        }
        if try member("logprobs", of: prompt)?.bool == true {
            throw refusal("This model reports no log probabilities: logprobs must be false.", param: "logprobs")
        }
        if try member("logit_bias", of: prompt)?.members?.isEmpty == false {
            throw refusal("This model takes no logit_bias.", param: "logit_bias")
        }
    }

    static func refusal(_ message: String, param: String) -> EngineFailure {
        let refusal = EngineRefusal(
            status: 400, message: message, param: param, code: "unsupported_value", isOfThisEngine: true)
        return EngineFailure(.refusedPrompt(refusal), detail: "has no counterpart: \(param)")
    }

    /// The API has no such mode that every model knows, so that the wish goes as an instruction.
    private static func formatWish(_ prompt: ChatPrompt) throws(JSONFault) -> String? {
        guard let format = try member("response_format", of: prompt) else { return nil }
        switch format["type"]?.string {
        case "json_object": return "Answer with one JSON object and nothing else: no prose, no code fence."
        case "json_schema":
            let schema = format["json_schema"]?["schema"]?.text ?? "{}"
            return
                "Answer with one JSON document and nothing else: no prose, no code fence. It must match this JSON Schema: \(schema)"
        default: return nil
        }
    }

    private static func tools(_ prompt: ChatPrompt) throws -> JSONValue? {
        guard let tools = try member("tools", of: prompt)?.elements else { return nil }
        return .array(
            try tools.map { tool in
                guard let function = tool["function"] else {
                    throw refusal("This model takes tools of type function only.", param: "tools")
                }
                var members = [JSONMember(key: "name", value: function["name"] ?? "")]
                if let words = function["description"] { members.append(JSONMember(key: "description", value: words)) }
                let schema = function["parameters"].flatMap { $0.members == nil ? nil : $0 }
                members.append(
                    JSONMember(key: "input_schema", value: schema ?? ["type": "object", "properties": .object([])]))
                return .object(members)
            })
    }

    private static func toolChoice(_ prompt: ChatPrompt) throws -> JSONValue? {
        let choice = try member("tool_choice", of: prompt)
        let isParallel = try member("parallel_tool_calls", of: prompt)?.bool ?? true
        var members: [JSONMember]
        switch (choice?.string, choice?["type"]?.string) {
        case ("none", _): return ["type": "none"]
        case ("required", _): members = [JSONMember(key: "type", value: "any")]
        case (_, "function"):
            members = [
                JSONMember(key: "type", value: "tool"), JSONMember(key: "name", value: choice?["function"]?["name"] ?? ""),
            ]
        case (_, .some):
            throw refusal("tool_choice must be none, auto, required or a function for this model.", param: "tool_choice")
        default:
            guard !isParallel else { return nil }
            members = [JSONMember(key: "type", value: "auto")]
        }
        if !isParallel { members.append(JSONMember(key: "disable_parallel_tool_use", value: true)) }
        return .object(members)
    }
}
