import Inference
import NIOCore
import Wire

/// Writes choices as OpenAI does: `delta`s for a stream, a `message` for a whole answer. Order and presence of the keys:
/// OpenAI's recorded traffic of 2025 and 2026.
struct SandboxChoiceWriter: Sendable {
    var usesFunctionCall: Bool
    /// nil when no log-probabilities were asked for.
    var logprobs: SandboxLogprobs?

    // MARK: streams

    /// Chunks a choice takes: the first one, one a token, and the one that finishes.
    func chunkCount(of choice: SandboxChoice) -> Int {
        // The first chunk of an answer in calls opens its first call as well.
        choice.tokens + (choice.calls.isEmpty ? 2 : 1)
    }

    /// - Parameter number: 0..<`chunkCount(of: choice)`.
    func chunk(_ number: Int, of choice: SandboxChoice) -> ChatChunk {
        var buffer = ByteBufferAllocator().buffer(capacity: 128)
        buffer.writeStaticString("[{\"index\":")
        buffer.writeJSON(choice.index)
        buffer.writeStaticString(",\"delta\":{")
        let finishes = number == chunkCount(of: choice) - 1
        var outputBytes = 0
        if number == 0 {
            outputBytes = writeFirst(of: choice, into: &buffer)
        } else if !finishes {
            outputBytes = write(piece(number, of: choice), of: choice, into: &buffer)
        }
        buffer.writeStaticString("},\"logprobs\":")
        writeLogprobs(ofChunk: number, of: choice, finishes: finishes, into: &buffer)
        buffer.writeStaticString(",\"finish_reason\":")
        buffer.writeJSON(finishes ? choice.finish : nil)
        buffer.writeStaticString("}]")
        return ChatChunk(choices: buffer, outputBytes: outputBytes, finishes: finishes)
    }

    private func piece(_ number: Int, of choice: SandboxChoice) -> SandboxChoice.Piece {
        choice.pieces[choice.calls.isEmpty ? number - 1 : number]
    }

    private func writeFirst(of choice: SandboxChoice, into buffer: inout ByteBuffer) -> Int {
        buffer.writeStaticString("\"role\":\"assistant\",\"content\":")
        switch choice.pieces.first {
        case .opening(let call):
            buffer.writeStaticString("null,")
            let bytes = writeOpening(call, of: choice, into: &buffer)
            buffer.writeStaticString(",\"refusal\":null")
            return bytes
        case .refusal: buffer.writeStaticString("null,\"refusal\":\"\"")
        default: buffer.writeStaticString("\"\",\"refusal\":null")
        }
        return 0
    }

    private func write(_ piece: SandboxChoice.Piece, of choice: SandboxChoice, into buffer: inout ByteBuffer) -> Int {
        switch piece {
        case .content(let text):
            buffer.writeJSON(key: "content")
            buffer.writeJSON(text)
            return text.utf8.count
        case .refusal(let text):
            buffer.writeJSON(key: "refusal")
            buffer.writeJSON(text)
            return text.utf8.count
        case .opening(let call): return writeOpening(call, of: choice, into: &buffer)
        case .argument(let call, let text):
            if usesFunctionCall {
                buffer.writeStaticString("\"function_call\":{\"arguments\":")
                buffer.writeJSON(text)
                buffer.writeStaticString("}")
                return text.utf8.count
            }
            buffer.writeStaticString("\"tool_calls\":[{\"index\":")
            buffer.writeJSON(call)
            buffer.writeStaticString(
                choice.calls[call].kind == .custom ? ",\"custom\":{\"input\":" : ",\"function\":{\"arguments\":")
            buffer.writeJSON(text)
            buffer.writeStaticString("}}]")
            return text.utf8.count
        }
    }

    private func writeOpening(_ number: Int, of choice: SandboxChoice, into buffer: inout ByteBuffer) -> Int {
        let call = choice.calls[number]
        if usesFunctionCall {
            buffer.writeJSON(key: "function_call")
        } else {
            buffer.writeStaticString("\"tool_calls\":[{\"index\":")
            buffer.writeJSON(number)
            buffer.writeStaticString(",")
        }
        write(call, arguments: "", into: &buffer)
        if !usesFunctionCall { buffer.writeStaticString("}]") }
        return call.name.utf8.count
    }

    /// `"id":…,"type":…,"function":{…}` without braces around it, or the bare object of a `function_call`.
    private func write(_ call: SandboxToolCall, arguments: String, into buffer: inout ByteBuffer) {
        if !usesFunctionCall {
            buffer.writeJSON(key: "id")
            buffer.writeJSON(call.id)
            buffer.writeStaticString(
                call.kind == .custom ? ",\"type\":\"custom\",\"custom\":" : ",\"type\":\"function\",\"function\":")
        }
        buffer.writeStaticString("{\"name\":")
        buffer.writeJSON(call.name)
        buffer.writeStaticString(call.kind == .custom ? ",\"input\":" : ",\"arguments\":")
        buffer.writeJSON(arguments)
        buffer.writeStaticString("}")
    }

    private func writeLogprobs(
        ofChunk number: Int, of choice: SandboxChoice, finishes: Bool, into buffer: inout ByteBuffer
    ) {
        guard let logprobs, choice.calls.isEmpty, !finishes else {
            buffer.writeStaticString("null")
            return
        }
        logprobs.write(choice, tokens: number == 0 ? 0..<0 : number - 1..<number, into: &buffer)
    }

    // MARK: whole answers

    /// All choices with their `message`s, as one chunk.
    func answer(_ choices: [SandboxChoice]) -> ChatChunk {
        var buffer = ByteBufferAllocator().buffer(capacity: 512)
        var outputBytes = 0
        buffer.writeStaticString("[")
        for (number, choice) in choices.enumerated() {
            if number > 0 { buffer.writeStaticString(",") }
            buffer.writeStaticString("{\"index\":")
            buffer.writeJSON(choice.index)
            buffer.writeStaticString(",\"message\":{\"role\":\"assistant\",")
            outputBytes += writeMessage(of: choice, into: &buffer)
            buffer.writeStaticString(",\"annotations\":[]},\"logprobs\":")
            if let logprobs, choice.calls.isEmpty {
                logprobs.write(choice, tokens: choice.pieces.indices, into: &buffer)
            } else {
                buffer.writeStaticString("null")
            }
            buffer.writeStaticString(",\"finish_reason\":")
            buffer.writeJSON(choice.finish)
            buffer.writeStaticString("}")
        }
        buffer.writeStaticString("]")
        return ChatChunk(choices: buffer, outputBytes: outputBytes, finishes: true)
    }

    private func writeMessage(of choice: SandboxChoice, into buffer: inout ByteBuffer) -> Int {
        var content = ""
        var refusal: String?
        var arguments: [String] = []
        for piece in choice.pieces {
            switch piece {
            case .content(let text): content += text
            case .refusal(let text): refusal = (refusal ?? "") + text
            case .opening: arguments.append("")
            case .argument(let call, let text): arguments[call] += text
            }
        }
        buffer.writeJSON(key: "content")
        buffer.writeJSON(arguments.isEmpty && refusal == nil ? content : nil)
        buffer.writeStaticString(",")
        if !arguments.isEmpty { writeCalls(of: choice, arguments, into: &buffer) }
        buffer.writeJSON(key: "refusal")
        buffer.writeJSON(refusal)
        let names = choice.calls.prefix(arguments.count).reduce(0) { $0 + $1.name.utf8.count }
        return content.utf8.count + (refusal?.utf8.count ?? 0) + names + arguments.reduce(0) { $0 + $1.utf8.count }
    }

    private func writeCalls(of choice: SandboxChoice, _ arguments: [String], into buffer: inout ByteBuffer) {
        if usesFunctionCall {
            buffer.writeJSON(key: "function_call")
            write(choice.calls[0], arguments: arguments[0], into: &buffer)
            buffer.writeStaticString(",")
            return
        }
        buffer.writeStaticString("\"tool_calls\":[")
        for (number, text) in arguments.enumerated() {
            buffer.writeStaticString(number > 0 ? ",{" : "{")
            write(choice.calls[number], arguments: text, into: &buffer)
            buffer.writeStaticString("}")
        }
        buffer.writeStaticString("],")
    }
}
