import Inference

/// Tools: what is offered, what must be chosen, what was called.
extension ChatBodyReader {
    mutating func readTools() throws(FieldFault) {
        var elements = try fields.array()
        while try fields.element(of: &elements, max: ChatRequestLimits.toolsMax) {
            do throws(FieldFault) { try readTool() } catch { throw error.under(elements.count - 1) }
        }
    }

    private mutating func readTool() throws(FieldFault) {
        var type: JSONText?
        var hasFunction = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "type": type = try fields.string()
                case "function":
                    try readFunction()
                    hasFunction = true
                default: try drop(key, from: &walk, in: "tools[]")
                }
            } catch { throw error.under(key.cutShort) }
        }
        try checkFunctionType(type)
        guard hasFunction else { throw .missing("function") }
    }

    private mutating func readFunction() throws(FieldFault) {
        var hasName = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "name":
                    let name = try fields.name()
                    size.textBytes += name.decodedBytes
                    tools.offer(name.string)
                    hasName = true
                case "description": try readOptionalText(in: &walk)
                case "parameters": try readSchemaObject(in: &walk)
                case "strict":
                    if !(try fields.null()) { _ = try fields.bool() }
                default: try drop(key, from: &walk, in: "tools[].function")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard hasName else { throw .missing("name") }
    }

    private func checkFunctionType(_ type: JSONText?) throws(FieldFault) {
        guard let type else { throw .missing("type") }
        guard type.is("function") else { throw .value(type.cutShort, supported: ["function"], at: "type") }
    }

    // MARK: tool_choice

    mutating func readToolChoice() throws(FieldFault) {
        tools.noteChoice()
        switch try fields.kind() {
        case .string:
            let mode = try fields.string()
            switch mode {
            case "none", "auto", "required": break
            default: throw .value(mode.cutShort, supported: ["none", "auto", "required"])
            }
        case .object: try readNamedChoice(at: "tool_choice", allowsList: true)
        default: throw try fields.wrongType("one of a string or object")
        }
    }

    /// `{"type":"function","function":{"name"}}`, or with `allowsList` also `{"type":"allowed_tools","allowed_tools":{…}}`.
    private mutating func readNamedChoice(at path: String, allowsList: Bool) throws(FieldFault) {
        var type: JSONText?
        var hasFunction = false
        var hasList = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "type": type = try fields.string()
                case "function":
                    let name = try readChosenName()
                    tools.choose(name, at: "\(path).function.name")
                    hasFunction = true
                case "allowed_tools" where allowsList:
                    try readAllowedTools(at: "\(path).allowed_tools")
                    hasList = true
                default: try drop(key, from: &walk, in: "tool_choice")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let type else { throw .missing("type") }
        switch type {
        case "function":
            if hasList { throw .unknown("allowed_tools") }
            if !hasFunction { throw .missing("function") }
        case "allowed_tools" where allowsList:
            if hasFunction { throw .unknown("function") }
            if !hasList { throw .missing("allowed_tools") }
        default:
            throw .value(type.cutShort, supported: allowsList ? ["function", "allowed_tools"] : ["function"], at: "type")
        }
    }

    private mutating func readChosenName() throws(FieldFault) -> String {
        var name: String?
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                if key.is("name") {
                    name = try fields.name().string
                } else {
                    try drop(key, from: &walk, in: "tool_choice.function")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let name else { throw .missing("name") }
        return name
    }

    private mutating func readAllowedTools(at path: String) throws(FieldFault) {
        var mode: JSONText?
        var hasTools = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "mode": mode = try fields.string()
                case "tools":
                    try readAllowedList(at: "\(path).tools")
                    hasTools = true
                default: try drop(key, from: &walk, in: "tool_choice.allowed_tools")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let mode else { throw .missing("mode") }
        guard mode.is("auto") || mode.is("required") else {
            throw .value(mode.cutShort, supported: ["auto", "required"], at: "mode")
        }
        guard hasTools else { throw .missing("tools") }
    }

    private mutating func readAllowedList(at path: String) throws(FieldFault) {
        var elements = try fields.array()
        while try fields.element(of: &elements, max: ChatRequestLimits.toolsMax) {
            let index = elements.count - 1
            do throws(FieldFault) {
                try readNamedChoice(at: "\(path)[\(index)]", allowsList: false)
            } catch { throw error.under(index) }
        }
    }

    // MARK: tool_calls

    /// The calls an assistant made.
    /// - Returns: their ids.
    mutating func readToolCalls() throws(FieldFault) -> [String] {
        var ids: [String] = []
        var elements = try fields.array()
        while try fields.element(of: &elements, max: ChatRequestLimits.toolsMax) {
            do throws(FieldFault) { ids.append(try readToolCall()) } catch { throw error.under(elements.count - 1) }
        }
        return ids
    }

    private mutating func readToolCall() throws(FieldFault) -> String {
        var id: String?
        var type: JSONText?
        var hasFunction = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "id":
                    let text = try fields.string(max: ChatRequestLimits.labelScalarsMax)
                    guard !text.isEmpty else { throw FieldFault.emptyString }
                    id = text.string
                case "type": type = try fields.string()
                case "function":
                    try readCalledFunction()
                    hasFunction = true
                // Clients that put a streamed call together keep its index.
                case "index":
                    walk.isCut = true
                    try fields.skip()
                default: try drop(key, from: &walk, in: "messages[].tool_calls[]")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let id else { throw .missing("id") }
        try checkFunctionType(type)
        guard hasFunction else { throw .missing("function") }
        return id
    }

    private mutating func readCalledFunction() throws(FieldFault) {
        var hasName = false
        var hasArguments = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "name":
                    size.textBytes += try fields.name().decodedBytes
                    hasName = true
                case "arguments":
                    size.textBytes += try fields.string().decodedBytes
                    hasArguments = true
                default: try drop(key, from: &walk, in: "messages[].tool_calls[].function")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard hasName else { throw .missing("name") }
        guard hasArguments else { throw .missing("arguments") }
    }
}
