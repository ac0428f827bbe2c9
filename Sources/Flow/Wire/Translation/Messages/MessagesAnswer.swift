package import Inference
package import NIOCore
package import Units

/// An answer as Anthropic's clients read it: a message of blocks, or the events that make one.
package struct MessagesAnswer: AnswerTranslation {
    private enum Block: Hashable {
        case text
        case call(Int)
    }

    private let identity: AnswerIdentity
    private var hasBegun = false
    private var open: Block?
    private var blocks = 0
    private var stop = "end_turn"

    package init(_ identity: AnswerIdentity) { self.identity = identity }

    // MARK: A stream

    package mutating func write(_ chunk: ChatChunk, into buffer: inout ByteBuffer) {
        begin(into: &buffer)
        for piece in AnswerPiece.all(of: chunk) {
            switch piece {
            case .text(let text), .refusal(let text):
                if case .refusal = piece { stop = "refusal" }
                show(.text, ["type": "text", "text": ""], into: &buffer)
                delta(["type": "text_delta", "text": .string(text)], into: &buffer)
            case .call(let place, let id, let name, let arguments):
                show(
                    .call(place),
                    ["type": "tool_use", "id": .string(id ?? ""), "name": .string(name ?? ""), "input": [:]], into: &buffer)
                if !arguments.isEmpty {
                    delta(["type": "input_json_delta", "partial_json": .string(arguments)], into: &buffer)
                }
            case .finish(let reason): note(reason)
            }
        }
    }

    private mutating func begin(into buffer: inout ByteBuffer) {
        guard !hasBegun else { return }
        hasBegun = true
        buffer.writeEvent(
            "message_start", ["type": "message_start", "message": message([], stop: .null, MessagesAnswer.usage(.none))])
    }

    private mutating func show(_ block: Block, _ start: JSONValue, into buffer: inout ByteBuffer) {
        guard open != block else { return }
        close(into: &buffer)
        buffer.writeEvent(
            "content_block_start",
            ["type": "content_block_start", "index": .integer(blocks), "content_block": start])
        open = block
    }

    private func delta(_ delta: JSONValue, into buffer: inout ByteBuffer) {
        buffer.writeEvent(
            "content_block_delta", ["type": "content_block_delta", "index": .integer(blocks), "delta": delta])
    }

    private mutating func close(into buffer: inout ByteBuffer) {
        guard open != nil else { return }
        buffer.writeEvent("content_block_stop", ["type": "content_block_stop", "index": .integer(blocks)])
        blocks += 1
        open = nil
    }

    package mutating func end(_ usage: Usage, isCut: Bool, into buffer: inout ByteBuffer) {
        begin(into: &buffer)
        close(into: &buffer)
        if isCut { stop = "max_tokens" }
        buffer.writeEvent(
            "message_delta",
            [
                "type": "message_delta", "delta": ["stop_reason": .string(stop), "stop_sequence": .null],
                "usage": MessagesAnswer.usage(usage),
            ])
        buffer.writeEvent("message_stop", ["type": "message_stop"])
    }

    package mutating func fail(_ error: ErrorBody, into buffer: inout ByteBuffer) {
        buffer.writeEvent("error", MessagesAnswer.error(error, status: 500))
    }

    // MARK: A whole answer

    package mutating func write(whole chunk: ChatChunk, _ usage: Usage, isCut: Bool, into buffer: inout ByteBuffer) {
        var content: [JSONValue] = []
        for piece in AnswerPiece.all(of: chunk) {
            switch piece {
            case .text(let text), .refusal(let text):
                if case .refusal = piece { stop = "refusal" }
                content.append(["type": "text", "text": .string(text)])
            case .call(_, let id, let name, let arguments):
                let input = (try? JSONValue(parsing: arguments)) ?? [:]
                content.append(
                    ["type": "tool_use", "id": .string(id ?? ""), "name": .string(name ?? ""), "input": input])
            case .finish(let reason): note(reason)
            }
        }
        if isCut { stop = "max_tokens" }
        message(content, stop: .string(stop), MessagesAnswer.usage(usage)).write(into: &buffer)
    }

    private mutating func note(_ reason: String) {
        switch reason {
        case "length": stop = "max_tokens"
        case "tool_calls", "function_call": stop = "tool_use"
        case "content_filter": stop = "refusal"
        default: break
        }
    }

    private func message(_ content: [JSONValue], stop: JSONValue, _ usage: JSONValue) -> JSONValue {
        [
            "id": .string("msg_\(identity.token)"), "type": "message", "role": "assistant", "model": .string(identity.model),
            "content": .array(content), "stop_reason": stop, "stop_sequence": .null, "usage": usage,
        ]
    }

    /// What was read from a cache is counted beside the rest of the prompt, not within it.
    private static func usage(_ usage: Usage) -> JSONValue {
        [
            "input_tokens": .integer(usage.promptTokens - usage.cachedTokens), "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": .integer(usage.cachedTokens), "output_tokens": .integer(usage.completionTokens),
        ]
    }

    /// - Parameter status: of the reply that carries it.
    package static func error(_ error: ErrorBody, status: Int) -> JSONValue {
        let type =
            switch status {
            case 400, 409, 422, 415: "invalid_request_error"
            case 401: "authentication_error"
            case 403: "permission_error"
            case 404: "not_found_error"
            case 413: "request_too_large"
            case 429: error.code == "insufficient_quota" ? "billing_error" : "rate_limit_error"
            case 503: "overloaded_error"
            default: "api_error"
            }
        return ["type": "error", "error": ["type": .string(type), "message": .string(error.message)]]
    }
}
