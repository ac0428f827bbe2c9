import Inference
import Testing
import Units
import Wire

@testable import Engines

@Suite struct SandboxStreamTests {
    let bench = SandboxBench()

    @Test func `a stream has OpenAI's first, middle and last chunks`() throws {
        #expect(
            try bench.hear("say \"Ok.\"").bytes == [
                #"[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},"logprobs":null,"finish_reason":null}]"#,
                #"[{"index":0,"delta":{"content":"Ok"},"logprobs":null,"finish_reason":null}]"#,
                #"[{"index":0,"delta":{"content":"."},"logprobs":null,"finish_reason":null}]"#,
                #"[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]"#,
            ])
    }

    @Test func `a whole answer has OpenAI's message`() throws {
        let performance = try bench.hear("say \"Ok.\"", #""stream":false,"n":2"#)
        let message = #"{"role":"assistant","content":"Ok.","refusal":null,"annotations":[]}"#
        let rest = #""message":\#(message),"logprobs":null,"finish_reason":"stop"}"#
        #expect(performance.bytes == [#"[{"index":0,\#(rest),{"index":1,\#(rest)]"#])
        #expect(performance.chunks[0].outputBytes == 6)
        #expect(performance.chunks[0].finishes)
    }

    @Test func `choices take turns and finish when they are done`() throws {
        let performance = try bench.hear("Tell me about hats", #""n":3"#)
        #expect(performance.choices.prefix(6).compactMap { $0["index"]?.int } == [0, 1, 2, 0, 1, 2])
        #expect(performance.turns.first == 3)
        for index in 0..<3 {
            let own = performance.choices(at: index)
            #expect(own.first?["delta"]?["role"] == "assistant")
            #expect(own.dropLast().allSatisfy { $0["finish_reason"] == .null })
            #expect(own.last?["finish_reason"] == "stop")
        }
        #expect(performance.chunks.filter(\.finishes).count == 3)
    }

    @Test func `usage counts the tokens streamed over all choices`() throws {
        let performance = try bench.hear("Tell me about hats", #""n":3"#)
        let contents = performance.choices.filter { $0["delta"]?["content"]?.string?.isEmpty == false }
        let usage = try #require(performance.end?.usage)
        #expect(usage.completionTokens == contents.count)
        #expect(usage.cachedTokens == 0 && usage.reasoningTokens == 0)
        #expect(performance.chunks.map(\.outputBytes).reduce(0, +) == performance.texts.map(\.utf8.count).reduce(0, +))
    }

    @Test func `more choices than there are different answers repeat them`() throws {
        let texts = try bench.hear("Tell me about hats", #""n":128"#).texts
        #expect(texts.count == 128)
        #expect(texts[0] == texts[8] && texts[7] == texts[127])
    }

    @Test func `waits follow the pace`() throws {
        #expect(try bench.hear("say a b").waits == [40, 8, 8, 8, 0])
        #expect(try bench.hear("say a b", #""stream":false"#).waits == [40 + 2 * 8, 0])
    }

    @Test func `log-probabilities have OpenAI's shape, for every token`() throws {
        let performance = try bench.hear("say héllo you", #""logprobs":true,"top_logprobs":20"#)
        let objects = performance.choices.map { $0["logprobs"] ?? .null }
        #expect(objects.first == ["content": [], "refusal": .null])
        #expect(objects.last == .null)
        let tokens = objects.compactMap { $0["content"]?[0] }
        let text = tokens.map { $0["token"]?.string ?? "" }.joined()
        #expect(text == "héllo you")
        for token in tokens {
            #expect((token["bytes"]?.elements ?? []).compactMap(\.int) == (token["token"]?.string ?? "").utf8.map(Int.init))
            let top = token["top_logprobs"]?.elements ?? []
            #expect(top.count == 20 && Set(top.compactMap { $0["token"]?.string }).count == 20)
            #expect(top[0]["token"] == token["token"] && top[0]["logprob"] == token["logprob"])
            let values = top.compactMap { $0["logprob"]?.double }
            #expect(values == values.sorted(by: >) && values.allSatisfy { $0 <= 0 })
        }
        let whole = try bench.hear("say héllo you", #""logprobs":true,"stream":false"#)
        #expect(whole.choices[0]["logprobs"]?["content"]?.elements?.count == tokens.count)
        #expect(whole.choices[0]["logprobs"]?["content"]?[0]?["top_logprobs"] == [])
    }
}
