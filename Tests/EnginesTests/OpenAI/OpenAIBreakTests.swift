import Inference
import NIOCore
import TestKit
import Testing

@testable import Engines

/// `Hellö` as a stream or a whole, as short as can be: there is a test for each of its bytes.
private func hello(_ request: ScriptedRequest) -> ScriptedAnswer {
    let usage = #""usage":{"prompt_tokens":9,"completion_tokens":2}"#
    guard request.wantsStream else {
        return .json(#"{"choices":[{"index":0,"message":{"content":"Hellö"},"finish_reason":"stop"}],\#(usage)}"#)
    }
    func chunk(_ delta: String, _ rest: String) -> String { #"{"choices":[{"index":0,"delta":\#(delta)\#(rest)}"# }
    return .stream([
        chunk(#"{"content":"Hel"}"#, "}]"), chunk(#"{"content":"lö"}"#, "}]"),
        chunk("{}", #","finish_reason":"stop"}],\#(usage)"#),
    ])
}

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `An upstream that dies` {
        /// The connection breaks after every single byte of an answer. Whatever was heard by then, the answer is complete only if
        /// its end was seen.
        @Test(arguments: [(true, ScriptedAnswer.Step.reset), (true, .close), (false, .reset), (false, .close)])
        func `at any byte never passes for one that finished`(stream: Bool, end: ScriptedAnswer.Step) async throws {
            let order = Given.order(stream: stream)
            let upstream = try await ScriptedUpstream.start { request in
                let whole = hello(request)
                return request.number == 1 ? whole : whole.cut(after: request.number - 2, by: end)
            }
            let engine = try Given.engine(upstream)
            let loop = Given.loop
            let whole = try await Given.answer(from: engine, to: order, on: loop)
            #expect(whole.end != nil)
            let answer = hello(try #require(upstream.requests.first)).bytes
            let text = String(buffer: answer)
            let done = try #require(text.utf8.firstRange(of: (stream ? "[DONE]\n\n" : "}}").utf8))
            let doneBytes = text.utf8.distance(from: text.utf8.startIndex, to: done.upperBound)

            for count in 0..<answer.readableBytes {
                // A fresh engine: a connection used before could be told to be stale, and tried again.
                let heard = try await Given.answer(from: Given.engine(upstream), to: order, on: loop)
                #expect(heard.faults == [])
                if count < doneBytes {
                    #expect(heard.end == nil, "cut after \(count) bytes of \(answer.readableBytes)")
                    #expect(heard.failure != nil)
                }
                #expect("Hellö".hasPrefix(heard.text))
            }
            #expect(upstream.requests.count == answer.readableBytes + 1)
            await upstream.stop()
        }
    }
}
