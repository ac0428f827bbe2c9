import Inference
import NIOCore

/// What a chunk says, in words of no dialect.
enum AnswerPiece: Hashable, Sendable {
    case text(String)
    case refusal(String)
    /// A piece of the call of a tool: its name and its id with the first of them.
    case call(place: Int, id: String?, name: String?, arguments: String)
    /// `stop`, `length`, `tool_calls`, `content_filter`
    case finish(String)

    /// The pieces of the first choice, streamed or whole. Chunks were checked before they come here; what cannot be read says nothing.
    static func all(of chunk: ChatChunk) -> [AnswerPiece] {
        guard let choice = (try? JSONValue(parsing: chunk.choices))?[0], let delta = choice["delta"] ?? choice["message"] else {
            return []
        }
        var pieces: [AnswerPiece] = []
        if let text = delta["content"]?.string, !text.isEmpty { pieces.append(.text(text)) }
        if let text = delta["refusal"]?.string, !text.isEmpty { pieces.append(.refusal(text)) }
        for (place, call) in (delta["tool_calls"]?.elements ?? []).enumerated() {
            let function = call["function"]
            pieces.append(
                .call(
                    place: call["index"]?.int ?? place, id: call["id"]?.string, name: function?["name"]?.string,
                    arguments: function?["arguments"]?.string ?? ""))
        }
        if let reason = choice["finish_reason"]?.string { pieces.append(.finish(reason)) }
        return pieces
    }
}
