import Inference

/// The conversation.
extension ChatBodyReader {
    mutating func readMessages() throws(FieldFault) {
        var turns = ToolTurns()
        var elements = try fields.array()
        while try fields.element(of: &elements, max: ChatRequestLimits.messagesMax) {
            let index = elements.count - 1
            do throws(FieldFault) {
                try turns.follow(try readMessage(index))
            } catch { throw error.under(index) }
        }
        size.messages = elements.count
        try turns.end()
    }

    /// A message as far as its rules go; the text itself stays where it is.
    private struct Members {
        var role: JSONText?
        var content = MessageContent()
        var hasRefusal = false
        var toolCalls: [String] = []
        var toolCallID: String?
    }

    private mutating func readMessage(_ index: Int) throws(FieldFault) -> ChatTurn {
        var members = Members()
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                try readMember(key, of: &members, in: &walk, message: index)
            } catch { throw error.under(key.cutShort) }
        }
        if let role = members.role, role.is("developer") { namesDeveloper = true }
        return try checkedTurn(members)
    }

    private mutating func readMember(
        _ key: JSONText, of members: inout Members, in walk: inout FieldReader.Walk, message: Int
    ) throws(FieldFault) {
        switch key {
        case "role": members.role = try fields.string()
        case "content": members.content = try readContent(of: message)
        case "name", "refusal", "tool_calls", "tool_call_id", "audio", "function_call":
            // What clients write back from an answer of theirs; null says nothing.
            if try fields.null() {
                walk.isCut = true
            } else {
                try readNamed(key, of: &members)
            }
        case "annotations":
            walk.isCut = true
            try fields.skip()
        default: try drop(key, from: &walk, in: "messages[]")
        }
    }

    private mutating func readNamed(_ key: JSONText, of members: inout Members) throws(FieldFault) {
        switch key {
        case "name": try readSpeaker()
        case "refusal":
            size.textBytes += try fields.string().decodedBytes
            members.hasRefusal = true
        case "tool_calls": members.toolCalls = try readToolCalls()
        case "tool_call_id": members.toolCallID = try fields.string(max: ChatRequestLimits.labelScalarsMax).string
        case "audio": throw FieldFault.unsupported("Audio is not offered here.")
        default: throw FieldFault.unsupported("It is deprecated; use 'tool_calls' instead.")
        }
    }

    private mutating func readSpeaker() throws(FieldFault) {
        let name = try fields.string(max: ChatRequestLimits.nameScalarsMax)
        guard !name.isEmpty else { throw .emptyString }
        let isPlain = name.decoded.allSatisfy { byte in
            byte > 0x20 && byte != 0x7F && !"<|\\/>".utf8.contains(byte)
        }
        guard isPlain else { throw .pattern(#"^[^\s<|\\/>]+$"#) }
        size.textBytes += name.decodedBytes
    }

    private func checkedTurn(_ members: Members) throws(FieldFault) -> ChatTurn {
        guard let role = members.role else { throw .missing("role") }
        switch role {
        case "system", "developer", "user":
            try check(members.content, allowsImages: role.is("user"))
            try refuse(members, toolCalls: true, toolCallID: true, refusal: true)
            return .other
        case "assistant":
            try refuse(members, toolCalls: false, toolCallID: true, refusal: false)
            try checkAssistant(members)
            return .assistant(toolCalls: members.toolCalls)
        case "tool":
            try check(members.content, allowsImages: true)
            try refuse(members, toolCalls: true, toolCallID: false, refusal: true)
            guard let id = members.toolCallID else { throw .missing("tool_call_id") }
            return .tool(callID: id)
        default:
            throw .value(
                role.cutShort, supported: ["system", "assistant", "user", "tool", "developer"], at: "role")
        }
    }

    /// Members that are not of this role.
    private func refuse(
        _ members: Members, toolCalls: Bool, toolCallID: Bool, refusal: Bool
    ) throws(FieldFault) {
        if toolCalls, !members.toolCalls.isEmpty { throw .unknown("tool_calls") }
        if toolCallID, members.toolCallID != nil { throw .unknown("tool_call_id") }
        if refusal, members.hasRefusal { throw .unknown("refusal") }
    }

    private func check(_ content: MessageContent, allowsImages: Bool) throws(FieldFault) {
        switch content.kind {
        case .absent: throw .missing("content")
        case .null: throw MessageContent.nullFault.under("content")
        case .given: break
        }
        var supported: [String] { allowsImages ? ["text", "image_url"] : ["text"] }
        if !allowsImages, let part = content.firstImage {
            throw .value("image_url", supported: supported, at: "content[\(part)].type")
        }
        if let part = content.firstRefusal { throw .value("refusal", supported: supported, at: "content[\(part)].type") }
    }

    private func checkAssistant(_ members: Members) throws(FieldFault) {
        if let part = members.content.firstImage {
            throw .value("image_url", supported: ["text", "refusal"], at: "content[\(part)].type")
        }
        // An answer that only called tools, or only refused, has no content.
        guard members.content.kind != .given, members.toolCalls.isEmpty, !members.hasRefusal else { return }
        if members.content.kind == .absent { throw .missing("content") }
        throw MessageContent.nullFault.under("content")
    }
}
