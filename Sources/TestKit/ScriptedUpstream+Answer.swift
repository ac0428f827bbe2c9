package import NIOCore

/// What a scripted server does with one request, step by step.
package struct ScriptedAnswer: Sendable {
    package enum Step: Sendable {
        case send(ByteBuffer)
        case pause(TimeAmount)
        /// Goes on when the future succeeds.
        case wait(EventLoopFuture<Void>)
        /// Closes the connection as a server does that is done.
        case close
        /// Closes it with a reset, as one that died.
        case reset
        /// Does nothing any more until the caller goes away.
        case hang
    }

    package var steps: [Step]

    package init(_ steps: [Step]) { self.steps = steps }

    // MARK: What to answer

    /// Bytes as they are.
    package static func raw(_ text: String) -> ScriptedAnswer { ScriptedAnswer([.send(ByteBuffer(string: text))]) }

    /// A whole answer with its content-length.
    package static func body(
        _ text: String, status: Int = 200, type: String = "application/json", headers: [(String, String)] = []
    ) -> ScriptedAnswer {
        let fields = [("content-type", type), ("content-length", String(text.utf8.count))] + headers
        return .raw(head(status, fields) + text)
    }

    package static func json(_ text: String, status: Int = 200, headers: [(String, String)] = []) -> ScriptedAnswer {
        .body(text, status: status, headers: headers)
    }

    /// A chunked event stream, each event's data on its own line and in its own write, then `[DONE]`.
    package static func stream(_ events: [String], done: Bool = true) -> ScriptedAnswer {
        lines((done ? events + ["[DONE]"] : events).map { "data: \($0)\n\n" })
    }

    /// A chunked body of type text/event-stream in pieces, each a write.
    package static func lines(_ pieces: [String]) -> ScriptedAnswer {
        let start = head(200, [("content-type", "text/event-stream; charset=utf-8"), ("transfer-encoding", "chunked")])
        let chunks = pieces.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
        return ScriptedAnswer(([start] + chunks + ["0\r\n\r\n"]).map { .send(ByteBuffer(string: $0)) })
    }

    /// A plausible chat, as a stream or a whole as the request wants it, with the usage OpenAI would report.
    package static func chat(
        _ words: [String], to request: ScriptedRequest, promptTokens: Int = 17, cachedTokens: Int = 0, finish: String = "stop"
    ) -> ScriptedAnswer {
        let usage = """
            {"prompt_tokens":\(promptTokens),"completion_tokens":\(words.count),"total_tokens":\(promptTokens + words.count),\
            "prompt_tokens_details":{"cached_tokens":\(cachedTokens)}}
            """
        let start = #"{"id":"chatcmpl-1","object":"#
        let common = #""created":1790000000,"model":"scripted-1","system_fingerprint":"fp_1","#
        guard request.wantsStream else {
            let message = #"{"role":"assistant","content":"\#(words.joined())","refusal":null}"#
            return .json(
                #"\#(start)"chat.completion",\#(common)"choices":[{"index":0,"message":\#(message),"logprobs":null,"#
                    + #""finish_reason":"\#(finish)"}],"usage":\#(usage)}"#)
        }
        func chunk(_ choices: String, usage: String = "null") -> String {
            #"\#(start)"chat.completion.chunk",\#(common)"choices":[\#(choices)],"usage":\#(usage)}"#
        }
        func choice(_ delta: String, _ finish: String = "null") -> String {
            #"{"index":0,"delta":\#(delta),"logprobs":null,"finish_reason":\#(finish)}"#
        }
        let opening = chunk(choice(#"{"role":"assistant","content":"","refusal":null}"#))
        let deltas = words.map { chunk(choice(#"{"content":"\#($0)"}"#)) }
        return .stream([opening] + deltas + [chunk(choice("{}", "\"\(finish)\"")), chunk("", usage: usage)])
    }

    package static let silence = ScriptedAnswer([.hang])

    private static func head(_ status: Int, _ fields: [(String, String)]) -> String {
        "HTTP/1.1 \(status) Scripted\r\n" + fields.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
    }

    // MARK: How to answer it

    /// All that is sent, in one piece.
    package var bytes: ByteBuffer {
        steps.reduce(into: ByteBuffer()) { all, step in
            if case .send(let bytes) = step { all.writeImmutableBuffer(bytes) }
        }
    }

    /// The same bytes, so many at a time.
    package func split(every count: Int) -> ScriptedAnswer {
        var rest = bytes
        var pieces: [Step] = []
        while rest.readableBytes > 0, let piece = rest.readSlice(length: min(count, rest.readableBytes)) {
            pieces.append(.send(piece))
        }
        return ScriptedAnswer(pieces)
    }

    /// The first bytes only, then `end`.
    package func cut(after count: Int, by end: Step) -> ScriptedAnswer {
        var rest = bytes
        let first = rest.readSlice(length: min(count, rest.readableBytes)) ?? ByteBuffer()
        return ScriptedAnswer([.send(first), end])
    }

    /// A pause before every write but the first.
    package func pausing(_ time: TimeAmount) -> ScriptedAnswer {
        ScriptedAnswer(Array(steps.map { [$0] }.joined(separator: [.pause(time)])))
    }

    package func then(_ step: Step) -> ScriptedAnswer { ScriptedAnswer(steps + [step]) }
}
