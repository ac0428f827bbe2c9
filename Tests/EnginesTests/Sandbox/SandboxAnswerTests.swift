import Inference
import NIOCore
import Testing
import Units
import Wire

@testable import Engines

@Suite struct SandboxAnswerTests {
    let bench = SandboxBench()

    @Test(arguments: [
        ("What's the largest U.S. state by area?", "Alaska"), ("Hello", "sandbox"), ("What is the capital of France?", "Paris"),
        ("What is 12 * (3 + 4)?", "12 * ( 3 + 4 ) = 84"), ("How much is 7 × 8?", "56"), ("count from 3 to 6", "3, 4, 5, 6"),
        ("Tell me about quantum hats", "quantum hats"), ("你好", "沙盒"), ("Good morning!", "everything else is real"),
        ("Translate 'good morning' into French", "good morning"), ("讲讲量子力学的历史", "量子力学"), ("", "sandbox"),
    ])
    func `an answer fits its question`(sentence: String, part: String) throws {
        let text = try bench.answer(sentence)
        #expect(text.contains(part), "\(text)")
    }

    @Test(arguments: [
        ("Say hello", "hello"), ("Please say: this is a test", "this is a test"), ("repeat after me: \"Ok.\"", "Ok."),
        ("Reply with exactly `a; b]`", "a; b]"), ("say Ω≈ç√", "Ω≈ç√"), ("Say \"hi\"", "hi"),
    ])
    func `it repeats exactly on request`(sentence: String, text: String) throws {
        #expect(try bench.answer(sentence) == text)
    }

    @Test(arguments: ["Tell me about hats", "Hello", "Hi there", "Why is the sky blue?", "What is the capital of Kenya?"])
    func `an answer says it is the sandbox and has a natural length`(sentence: String) throws {
        let performance = try bench.hear(sentence)
        #expect(performance.texts[0].lowercased().contains("sandbox"))
        #expect(15...80 ~= performance.end?.usage?.completionTokens ?? 0)
        #expect(performance.finishes == ["stop"])
    }

    @Test func `the same prompt and seed give the same bytes`() throws {
        for members in ["", #""seed":7"#, #""n":3,"seed":1"#, #""logprobs":true,"top_logprobs":3"#] {
            #expect(try bench.hear("Tell me about hats", members).bytes == bench.hear("Tell me about hats", members).bytes)
        }
    }

    @Test func `seeds and choices vary the answer, temperature zero does not`() throws {
        let bySeed = try Set((0..<20).map { try bench.answer("Tell me about hats", #""seed":\#($0)"#) })
        #expect(bySeed.count > 5)
        let choices = try bench.hear("Tell me about hats", #""n":8"#).texts
        #expect(choices.count == 8 && Set(choices).count > 3)
        let cold = try Set((0..<5).map { try bench.answer("Tell me about hats", #""temperature":0,"seed":\#($0)"#) })
        #expect(cold.count == 1)
        #expect(Set(try bench.hear("Tell me about hats", #""n":4,"temperature":0.0"#).texts).count == 1)
    }

    @Test func `a stream and a whole answer say the same`() throws {
        for members in [#""n":2"#, #""max_completion_tokens":3"#, #""stop":["sandbox"]"#] {
            let streamed = try bench.hear("Tell me about hats", members)
            let whole = try bench.hear("Tell me about hats", members + #","stream":false"#)
            #expect(streamed.texts == whole.texts)
            #expect(streamed.finishes == whole.finishes)
            #expect(streamed.end?.usage == whole.end?.usage)
            #expect(streamed.chunks.map(\.outputBytes).reduce(0, +) == whole.chunks.map(\.outputBytes).reduce(0, +))
        }
    }

    @Test(arguments: [(1, "length"), (3, "length"), (4, "stop"), (5, "stop")])
    func `the cap cuts at exactly as many tokens`(cap: Int, finish: String) throws {
        // "one two three four" is four tokens.
        let performance = try bench.hear("say one two three four", #""max_completion_tokens":\#(cap),"n":2"#)
        #expect(performance.finishes == [finish, finish])
        #expect(performance.end?.usage?.completionTokens == min(cap, 4) * 2)
        #expect(performance.texts[0].split(separator: " ").count == min(cap, 4))
    }

    @Test(arguments: [
        (#""three""#, "one two "), (#"["four","two"]"#, "one "), (#""zzz""#, "one two three four"), (#"["one"]"#, ""),
        (#"[" thr","ee"]"#, "one two"), ("null", "one two three four"), (#""onetwo one""#, "one two three four"),
    ])
    func `a stop ends the text before it`(stop: String, text: String) throws {
        let performance = try bench.hear("say one two three four", #""stop":\#(stop)"#)
        #expect(performance.texts == [text])
        #expect(performance.finishes == ["stop"])
        #expect(performance.end?.usage?.completionTokens == SandboxTokens.count(text))
    }

    @Test func `a stop that begins like itself is found`() throws {
        #expect(try bench.answer("say aaaaab and more", #""stop":"aaab""#) == "aa")
    }

    @Test func `images are named by format and size`() throws {
        var bench = SandboxBench()
        bench.images = [
            PromptImage(source: .data(format: .png, width: 640, height: 480, bytes: 9), detail: .auto),
            PromptImage(source: .address(host: "example.com"), detail: .low),
        ]
        let part = #"{"type":"image_url","image_url":{"url":"https://example.com/a.png"}}"#
        let body = #"{"messages":[{"role":"user","content":[{"type":"text","text":"What is in these?"},\#(part),\#(part)]}]}"#
        let text = try #require(try bench.play(body).texts.first)
        #expect(text.contains("a 640×480 PNG image and an image at example.com"))
        #expect(text.contains("What is in these?"))
    }

    @Test func `only the last message's images are named, unless it asks for earlier ones`() throws {
        var bench = SandboxBench()
        bench.images = [
            PromptImage(source: .data(format: .gif, width: 1, height: 2, bytes: 9), detail: .auto),
            PromptImage(source: .data(format: .webp, width: 3, height: 4, bytes: 9), detail: .auto),
        ]
        let part = #"{"type":"image_url","image_url":{"url":"data:image/gif;base64,AA=="}}"#
        func text(_ last: String) throws -> String {
            let first = #"{"role":"user","content":[\#(part)]},{"role":"assistant","content":"ok"}"#
            return try #require(try bench.play(#"{"messages":[\#(first),{"role":"user","content":\#(last)}]}"#).texts.first)
        }
        #expect(try text("[\(part)]").contains("I see a 3×4 WebP image."))
        #expect(try text(#""Which picture is better?""#).contains("a 1×2 GIF image and a 3×4 WebP image"))
        #expect(try !text(#""Thanks""#).contains("GIF"))
    }

    @Test func `an unreadable prompt is refused`() throws {
        let prompt = ChatPrompt(
            model: "gpt-4o", stream: true, choices: 1, outputCap: nil,
            members: [ChatPrompt.Member(name: "messages", value: .init(string: "[{"))],
            size: PromptSize(jsonBytes: 2, textBytes: 0, messages: 0), images: [])
        let order = ChatOrder(prompt: prompt, model: "gpt-4o", outputCap: 5, request: .init("req_0"))
        #expect(Performance(of: bench.engine.script(for: order)).refusal?.status == 400)
    }
}
