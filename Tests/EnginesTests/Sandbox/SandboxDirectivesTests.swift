import Inference
import Testing
import Units
import Wire

@testable import Engines

@Suite struct SandboxDirectivesTests {
    let bench = SandboxBench()

    @Test(arguments: [
        (400, "refused"), (401, "misconfigured"), (402, "overloaded"), (403, "misconfigured"), (404, "misconfigured"),
        (408, "timedOut"), (409, "refused"), (413, "refused"), (422, "refused"), (429, "overloaded"), (500, "overloaded"),
        (503, "overloaded"), (504, "timedOut"), (599, "overloaded"),
    ])
    func `a status becomes the failure an upstream's would`(status: Int, kind: String) throws {
        let performance = try bench.hear("hello [sandbox: status=\(status)] there")
        #expect(performance.failure.map { name(of: $0.kind) } == kind)
        #expect(performance.chunks.isEmpty && performance.end == nil)
        if kind == "refused" { #expect(performance.refusal?.status == status) }
    }

    private func name(of kind: EngineFailure.Kind) -> String {
        switch kind {
        case .unreachable: "unreachable"
        case .timedOut: "timedOut"
        case .overloaded: "overloaded"
        case .crowded: "crowded"
        case .misconfigured: "misconfigured"
        case .refusedPrompt: "refused"
        case .broken: "broken"
        case .malformed: "malformed"
        }
    }

    @Test(arguments: [("1500", 1500), ("1500ms", 1500), ("2s", 2000)])
    func `retry-after is passed on`(text: String, milliseconds: Int) throws {
        let performance = try bench.hear("[sandbox: status=429; retry-after=\(text)]")
        #expect(performance.failure?.retryAfterMilliseconds == milliseconds)
    }

    @Test func `unreachable is unreachable`() throws {
        #expect(try bench.hear("[sandbox: unreachable]").failure.map { name(of: $0.kind) } == "unreachable")
    }

    @Test func `delay and pace set the waits`() throws {
        let waits = try bench.hear("[sandbox: delay=500ms; pace=50ms] say a").waits
        #expect(waits == [500_000_000, 50_000_000, 50_000_000, 0])
        #expect(try bench.hear("[Sandbox: delay=2s; status=500]").waits == [2_000_000_000])
    }

    @Test(arguments: [("break", "broken"), ("malformed", "malformed")], [0, 1, 5, 1000])
    func `an answer breaks after as many chunks`(word: (String, String), after: Int) throws {
        let performance = try bench.hear("Tell me about hats [sandbox: \(word.0) after=\(after)]")
        let whole = try bench.hear("Tell me about hats [sandbox: \(word.0) after=1000]")
        #expect(performance.chunks.count == min(after, whole.chunks.count))
        #expect(performance.failure.map { name(of: $0.kind) } == word.1)
        #expect(performance.end == nil)
    }

    @Test func `a break counts the chunks of all choices`() throws {
        let performance = try bench.hear("hats [sandbox: break after=4]", #""n":3"#)
        #expect(performance.turns == [3, 1])
    }

    @Test func `a stall never ends`() throws {
        let performance = try bench.hear("Tell me about hats [sandbox: stall after=5]")
        #expect(performance.chunks.count == 5 && performance.end == nil && performance.failure == nil)
        #expect(try bench.hear("[sandbox: stall after=0]").waits.isEmpty)
    }

    @Test func `a whole answer that breaks never comes`() throws {
        let performance = try bench.hear("hats [sandbox: break after=2]", #""stream":false"#)
        #expect(performance.chunks.isEmpty && performance.failure != nil)
        #expect(try bench.hear("hats [sandbox: stall]", #""stream":false"#).waits.isEmpty)
    }

    @Test func `usage can be withheld or made up`() throws {
        let none = try bench.hear("hello [sandbox: no usage]")
        #expect(none.end != nil && none.end?.usage == nil)
        let made = try bench.hear("[sandbox: usage prompt=17 completion=3]").end?.usage
        #expect(made == Usage(promptTokens: 17, completionTokens: 3))
        let full = try bench.hear("[sandbox: usage prompt=17 completion=3 cached=5 reasoning=2]").end?.usage
        #expect(full == Usage(promptTokens: 17, cachedTokens: 5, completionTokens: 3, reasoningTokens: 2))
        let absurd = try bench.hear("[sandbox: usage prompt=1 completion=3 cached=5]")
        #expect(absurd.end != nil && absurd.end?.usage == nil)
    }

    @Test(arguments: [(1, 1), (2, 2), (200, 200), (500, 300)])
    func `an answer has as many tokens as asked, up to the cap`(asked: Int, given: Int) throws {
        let performance = try bench.hear("[sandbox: tokens=\(asked)]", #""max_completion_tokens":300"#)
        #expect(performance.end?.usage?.completionTokens == given)
        #expect(performance.finishes == [asked > 300 ? "length" : "stop"])
        #expect(performance.chunks.count == given + 2)
    }

    @Test func `too many tokens over all choices are refused`() throws {
        #expect(try bench.hear("[sandbox: tokens=600]", #""n":128"#).refusal?.message.contains("65536") ?? false)
        #expect(try bench.hear("[sandbox: tokens=512]", #""n":128"#).refusal == nil)
    }

    @Test(arguments: [
        ("[sandbox: say hello there]", "hello there"), ("ignored [sandbox: say hi; finish=stop] words", "hi"),
        (#"[sandbox: say "a; b] c"; pace=1ms]"#, "a; b] c"), ("[sandbox: tokens=3] [sandbox: say last]", "last"),
        ("[SANDBOX:say x]", "x"), ("[sandbox: say ]", ""),
    ])
    func `it says what it is told`(sentence: String, text: String) throws {
        #expect(try bench.hear(sentence).texts == [text])
    }

    @Test func `a refusal comes in its own field`() throws {
        let whole = try bench.hear("[sandbox: refuse I would rather not]", #""stream":false,"logprobs":true"#)
        #expect(whole.choices[0]["message"]?["content"] == .null)
        #expect(whole.choices[0]["message"]?["refusal"] == "I would rather not")
        #expect(whole.choices[0]["logprobs"]?["refusal"]?.elements?.count == 4)
        let streamed = try bench.hear("[sandbox: refuse]")
        let refusal = streamed.choices.map { $0["delta"]?["refusal"]?.string ?? "" }.joined()
        #expect(refusal.contains("sorry"))
        #expect(streamed.choices[0]["delta"] == ["role": "assistant", "content": .null, "refusal": ""])
    }

    @Test(arguments: ["content_filter", "length", "stop", "tool_calls"])
    func `the reason to finish can be given`(finish: String) throws {
        #expect(try bench.hear("hello [sandbox: finish=\(finish)]").finishes == [finish])
    }

    @Test(arguments: [
        "[sandbox: dance]", "[sandbox: status=200]", "[sandbox: status=abc]", "[sandbox: delay=fast]", "[sandbox: delay=2h]",
        "[sandbox: tokens=0]", "[sandbox: usage prompt=1]", "[sandbox: break after=-1]", "[sandbox: finish=never]",
        "[sandbox: status=429 retry-after=5]", "[sandbox: delay=601s]", "[sandbox: no luck]", "[sandbox: tokens=99999999]",
        "[sandbox: say \"open", "[sandbox: status=429", "[sandbox: say \"a\" b]", "[sandbox: delay=99999999999999999999]",
    ])
    func `a directive it cannot follow is refused`(sentence: String) throws {
        let performance = try bench.hear(sentence)
        #expect(performance.refusal?.status == 400)
        #expect(performance.refusal?.code == "invalid_sandbox_directive")
        #expect(performance.refusal?.param == "messages")
    }

    @Test func `an unknown directive is answered with those that are known`() throws {
        let message = try #require(try bench.hear("[sandbox: dance]").refusal?.message)
        for known in SandboxDirectives.known { #expect(message.contains("[sandbox: \(known)]")) }
    }

    @Test func `every directive that is named as known is known`() throws {
        for known in SandboxDirectives.known {
            let performance = try bench.hear("[sandbox: \(known)]")
            #expect(performance.refusal == nil, "\(known)")
        }
    }

    @Test(arguments: ["[sandbox]", "[sand: x]", "[not sandbox: status=429]", "sandbox: status=429", "[sandböx: status=429]"])
    func `what only looks like a directive is text`(sentence: String) throws {
        #expect(try bench.hear(sentence).finishes == ["stop"])
    }

    @Test func `only the last user message gives orders, whatever follows it`() throws {
        let early = #"{"messages":[{"role":"user","content":"[sandbox: status=500]"},{"role":"user","content":"hi"}]}"#
        #expect(try bench.play(early).failure == nil)
        let system = #"{"messages":[{"role":"system","content":"[sandbox: status=500]"},{"role":"user","content":"hi"}]}"#
        #expect(try bench.play(system).failure == nil)
        let followed = #"{"messages":[{"role":"user","content":"[sandbox: status=500]"},{"role":"assistant","content":"hi"}]}"#
        #expect(try bench.play(followed).failure != nil)
    }

    @Test func `directives are not part of what was said`() throws {
        #expect(try bench.answer("say one [sandbox: pace=1ms] two") == "one  two")
        #expect(try !bench.answer("Tell me about hats [sandbox: pace=1ms]").contains("pace"))
    }
}
