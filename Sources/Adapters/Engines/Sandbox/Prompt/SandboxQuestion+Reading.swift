import Inference
import NIOCore
import Wire

extension SandboxQuestion {
    /// Reads the members of a prompt. What it does not know, it passes over.
    init(reading prompt: ChatPrompt) throws(SandboxObjection) {
        do throws(JSONFault) {
            if let member = prompt["messages"] { messages = try member.readDocument(SandboxMessage.list) }
            if let member = prompt["tools"] {
                tools = SandboxTool.list(try JSONValue(parsing: member))
            } else if let member = prompt["functions"] {
                tools = (try JSONValue(parsing: member).elements ?? []).compactMap { SandboxTool(.function, $0) }
                usesFunctionCall = !tools.isEmpty
            }
            if let member = prompt["tool_choice"] ?? prompt["function_call"] {
                toolChoice = SandboxToolChoice(try JSONValue(parsing: member))
            }
            if let member = prompt["parallel_tool_calls"] {
                allowsParallelCalls = try JSONValue(parsing: member).bool ?? true
            }
            if usesFunctionCall { allowsParallelCalls = false }
            if let member = prompt["response_format"] { format = SandboxFormat(try JSONValue(parsing: member)) }
            if let member = prompt["stop"] {
                let stop = try JSONValue(parsing: member)
                stops = (stop.elements ?? [stop]).compactMap(\.string).filter { !$0.isEmpty }
            }
            if let member = prompt["temperature"] { temperatureIsZero = try JSONValue(parsing: member).double == 0 }
            if let member = prompt["logprobs"], try JSONValue(parsing: member).bool == true {
                let wanted = try prompt["top_logprobs"].map { (member) throws(JSONFault) in try JSONValue(parsing: member) }
                alternatives = max(0, min(20, wanted?.int ?? 0))
            }
        } catch {
            throw SandboxObjection("The request is not readable: \(error).")
        }
    }
}

extension ByteBuffer {
    fileprivate func readDocument<Value>(
        _ body: (inout JSONReader) throws(JSONFault) -> Value
    ) throws(JSONFault) -> Value {
        try readJSON { (reader) throws(JSONFault) in
            let value = try body(&reader)
            try reader.finish()
            return value
        }
    }
}

/// Messages are read by pulling, so that the data of images is passed over and never copied.
extension SandboxMessage {
    fileprivate static func list(_ reader: inout JSONReader) throws(JSONFault) -> [SandboxMessage] {
        var messages: [SandboxMessage] = []
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) { messages.append(try SandboxMessage(from: &reader)) }
        return messages
    }

    private init(from reader: inout JSONReader) throws(JSONFault) {
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "role": role = try reader.readStringOrSkip() ?? ""
            case "name": name = try reader.readStringOrSkip()
            case "tool_call_id": callID = try reader.readStringOrSkip()
            case "content": try readContent(&reader)
            case "refusal": add(text: try reader.readStringOrSkip() ?? "")
            case "tool_calls":
                let list = try JSONValue(from: &reader).elements ?? []
                calls += list.compactMap { PastCall($0["function"] ?? $0["custom"], id: $0["id"]) }
            case "function_call":
                if let call = PastCall(try JSONValue(from: &reader), id: nil) { calls.append(call) }
            default: try reader.skipValue()
            }
        }
    }

    private mutating func readContent(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.peek() == .array else {
            add(text: try reader.readStringOrSkip() ?? "")
            return
        }
        var parts = try reader.readArray()
        while try reader.nextElement(of: &parts) {
            guard try reader.peek() == .object else {
                try reader.skipValue()
                continue
            }
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                switch key {
                case "text", "refusal": add(text: try reader.readStringOrSkip() ?? "")
                case "image_url":
                    imageCount += 1
                    try reader.skipValue()
                default: try reader.skipValue()
                }
            }
        }
    }

    private mutating func add(text more: String) {
        guard !more.isEmpty else { return }
        text += text.isEmpty ? more : "\n" + more
    }
}

extension SandboxMessage.PastCall {
    fileprivate init?(_ call: JSONValue?, id: JSONValue?) {
        guard let call, let name = call["name"]?.string else { return nil }
        self.init(id: id?.string, name: name, arguments: (call["arguments"] ?? call["input"])?.string ?? "")
    }
}

extension JSONReader {
    fileprivate mutating func readStringOrSkip() throws(JSONFault) -> String? {
        if try peek() == .string { return try readString().string }
        try skipValue()
        return nil
    }
}

extension SandboxTool {
    fileprivate static func list(_ tools: JSONValue) -> [SandboxTool] {
        (tools.elements ?? []).compactMap { tool in
            switch tool["type"]?.string {
            case "function": tool["function"].flatMap { SandboxTool(.function, $0) }
            case "custom": tool["custom"].flatMap { SandboxTool(.custom, $0) }
            default: nil
            }
        }
    }

    fileprivate init?(_ kind: Kind, _ value: JSONValue) {
        guard let name = value["name"]?.string else { return nil }
        self.init(
            kind: kind, name: name, description: value["description"]?.string ?? "",
            parameters: value["parameters"].flatMap { $0.isNull ? nil : $0 }, isStrict: value["strict"]?.bool ?? false)
    }
}

extension SandboxToolChoice {
    fileprivate init(_ value: JSONValue) {
        switch value["type"]?.string ?? value.string {
        case "none": self = .none
        case "required": self = .required
        case "allowed_tools":
            let allowed = value["allowed_tools"]
            let names = (allowed?["tools"]?.elements ?? []).compactMap { ($0["function"] ?? $0["custom"])?["name"]?.string }
            self = .allowed(names, required: allowed?["mode"]?.string == "required")
        default:
            let name = (value["function"] ?? value["custom"] ?? value)["name"]?.string
            self = name.map { .named($0) } ?? .auto
        }
    }
}

extension SandboxFormat {
    fileprivate init(_ value: JSONValue) {
        switch value["type"]?.string {
        case "json_object": self = .object
        case "json_schema": self = value["json_schema"]?["schema"].map { .schema($0) } ?? .object
        default: self = .text
        }
    }
}
