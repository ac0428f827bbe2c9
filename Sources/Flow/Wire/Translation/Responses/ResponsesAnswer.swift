package import Inference
package import NIOCore
package import Units

/// An answer as `/v1/responses` has it: an object with items, or the numbered events that make one.
package struct ResponsesAnswer: AnswerTranslation {
    /// What is being said: a message's text or refusal, or the call of a tool.
    private struct Item {
        enum Kind: Hashable {
            case text, refusal
            case call(Int)
        }

        let kind: Kind
        let id: String
        var callID = ""
        var name = ""
        var said = ""
    }

    private let identity: AnswerIdentity
    private let echo: ResponsesEcho
    private var number = 0
    private var open: Item?
    private var output: [JSONValue] = []
    private var isShort = false

    package init(_ identity: AnswerIdentity, to request: ResponsesRequest) {
        self.identity = identity
        echo = request.echo
    }

    // MARK: A stream

    package mutating func write(_ chunk: ChatChunk, into buffer: inout ByteBuffer) {
        begin(into: &buffer)
        for piece in AnswerPiece.all(of: chunk) { take(piece, into: &buffer) }
    }

    private mutating func take(_ piece: AnswerPiece, into buffer: inout ByteBuffer) {
        switch piece {
        case .text(let text): say(text, as: .text, into: &buffer)
        case .refusal(let text): say(text, as: .refusal, into: &buffer)
        case .call(let place, let id, let name, let arguments):
            if open?.kind != .call(place) {
                close(into: &buffer)
                show(Item(kind: .call(place), id: itemID("fc"), callID: id ?? "", name: name ?? ""), into: &buffer)
            }
            if !arguments.isEmpty { add(arguments, into: &buffer) }
        case .finish(let reason): isShort = reason == "length"
        }
    }

    private mutating func say(_ text: String, as kind: Item.Kind, into buffer: inout ByteBuffer) {
        if open?.kind != kind {
            close(into: &buffer)
            show(Item(kind: kind, id: itemID("msg")), into: &buffer)
        }
        add(text, into: &buffer)
    }

    private func itemID(_ prefix: String) -> String { "\(prefix)_\(identity.token)\(output.count)" }

    private mutating func begin(into buffer: inout ByteBuffer) {
        guard number == 0 else { return }
        for name in ["response.created", "response.in_progress"] {
            send(name, [("response", response("in_progress", usage: .null))], into: &buffer)
        }
    }

    private mutating func show(_ item: Item, into buffer: inout ByteBuffer) {
        open = item
        send(
            "response.output_item.added",
            [("output_index", .integer(output.count)), ("item", document(item, status: "in_progress", isEmpty: true))],
            into: &buffer)
        guard let part = part(item, isEmpty: true) else { return }
        send("response.content_part.added", place(item) + [("part", part)], into: &buffer)
    }

    private mutating func add(_ text: String, into buffer: inout ByteBuffer) {
        open?.said += text
        guard let item = open else { return }
        var members = place(item) + [("delta", JSONValue.string(text))]
        if item.kind == .text { members.append(("logprobs", [])) }
        send("response.\(word(item)).delta", members, into: &buffer)
    }

    private mutating func close(into buffer: inout ByteBuffer) {
        guard let item = open else { return }
        open = nil
        let said = JSONValue.string(item.said)
        switch item.kind {
        case .text: send("response.output_text.done", place(item) + [("text", said), ("logprobs", [])], into: &buffer)
        case .refusal: send("response.refusal.done", place(item) + [("refusal", said)], into: &buffer)
        case .call: send("response.function_call_arguments.done", place(item) + [("arguments", said)], into: &buffer)
        }
        if let part = part(item, isEmpty: false) {
            send("response.content_part.done", place(item) + [("part", part)], into: &buffer)
        }
        let whole = document(item, status: "completed", isEmpty: false)
        send("response.output_item.done", [("output_index", .integer(output.count)), ("item", whole)], into: &buffer)
        output.append(whole)
    }

    package mutating func end(_ usage: Usage, isCut: Bool, into buffer: inout ByteBuffer) {
        begin(into: &buffer)
        close(into: &buffer)
        if isCut { isShort = true }
        let status = isShort ? "incomplete" : "completed"
        send("response.\(status)", [("response", response(status, usage: ResponsesAnswer.usage(usage)))], into: &buffer)
    }

    package mutating func fail(_ error: ErrorBody, into buffer: inout ByteBuffer) {
        send(
            "error",
            [
                ("code", error.code.map { .string($0) } ?? .null), ("message", .string(error.message)),
                ("param", error.param.map { .string($0) } ?? .null),
            ], into: &buffer)
    }

    /// Every event says what it is and its place among the others.
    private mutating func send(_ name: String, _ members: [(String, JSONValue)], into buffer: inout ByteBuffer) {
        let event = [("type", JSONValue.string(name)), ("sequence_number", .integer(number))] + members
        number += 1
        buffer.writeEvent(name, .object(event.map { JSONMember(key: $0.0, value: $0.1) }))
    }

    private func word(_ item: Item) -> String {
        switch item.kind {
        case .text: "output_text"
        case .refusal: "refusal"
        case .call: "function_call_arguments"
        }
    }

    private func place(_ item: Item) -> [(String, JSONValue)] {
        let place: [(String, JSONValue)] = [("item_id", .string(item.id)), ("output_index", .integer(output.count))]
        if case .call = item.kind { return place }
        return place + [("content_index", 0)]
    }

    // MARK: A whole answer

    package mutating func write(whole chunk: ChatChunk, _ usage: Usage, isCut: Bool, into buffer: inout ByteBuffer) {
        var events = ByteBuffer()
        for piece in AnswerPiece.all(of: chunk) { take(piece, into: &events) }
        close(into: &events)
        let status = isShort || isCut ? "incomplete" : "completed"
        isShort = status == "incomplete"
        response(status, usage: ResponsesAnswer.usage(usage)).write(into: &buffer)
    }

    // MARK: Documents

    private func document(_ item: Item, status: JSONValue, isEmpty: Bool) -> JSONValue {
        guard case .call = item.kind else {
            let content: [JSONValue] = isEmpty ? [] : part(item, isEmpty: false).map { [$0] } ?? []
            return [
                "id": .string(item.id), "type": "message", "status": status, "role": "assistant", "content": .array(content),
            ]
        }
        return [
            "id": .string(item.id), "type": "function_call", "status": status, "arguments": .string(isEmpty ? "" : item.said),
            "call_id": .string(item.callID), "name": .string(item.name),
        ]
    }

    private func part(_ item: Item, isEmpty: Bool) -> JSONValue? {
        let said = JSONValue.string(isEmpty ? "" : item.said)
        switch item.kind {
        case .text: return ["type": "output_text", "text": said, "annotations": [], "logprobs": []]
        case .refusal: return ["type": "refusal", "refusal": said]
        case .call: return nil
        }
    }

    private func response(_ status: String, usage: JSONValue) -> JSONValue {
        [
            "id": .string("resp_\(identity.token)"), "object": "response", "created_at": .integer(identity.created),
            "status": .string(status), "background": false, "error": .null,
            "incomplete_details": status == "incomplete" ? ["reason": "max_output_tokens"] : .null,
            "instructions": echo["instructions", .null], "max_output_tokens": echo["max_output_tokens", .null],
            "model": .string(identity.model), "output": .array(output),
            "parallel_tool_calls": echo["parallel_tool_calls", true], "previous_response_id": .null,
            "reasoning": echo["reasoning", ["effort": .null, "summary": .null]], "service_tier": "default", "store": false,
            "temperature": echo["temperature", 1], "text": echo["text", ["format": ["type": "text"]]],
            "tool_choice": echo["tool_choice", "auto"], "tools": echo["tools", []], "top_p": echo["top_p", 1],
            "truncation": "disabled", "usage": usage, "user": echo["user", .null], "metadata": echo["metadata", [:]],
        ]
    }

    private static func usage(_ usage: Usage) -> JSONValue {
        [
            "input_tokens": .integer(usage.promptTokens), "input_tokens_details": ["cached_tokens": .integer(usage.cachedTokens)],
            "output_tokens": .integer(usage.completionTokens),
            "output_tokens_details": ["reasoning_tokens": .integer(usage.reasoningTokens)],
            "total_tokens": .integer(usage.totalTokens),
        ]
    }
}
