import Inference
import NIOPosix
import TestKit
import Testing
import Units
import Wire

@testable import Engines

/// How each kind of server streams the same answer, `ab`, as recorded in the field.
private struct Manner: Sendable, CustomTestStringConvertible {
    let profile: UpstreamProfile
    let stream: String
    var usage = Usage(promptTokens: 10, completionTokens: 2)
    var testDescription: String { profile.rawValue }
}

private let count = #""prompt_tokens":10,"completion_tokens":2,"total_tokens":12"#

private func data(_ delta: String, finish: String = "null", more: String = "") -> String {
    #"data: {"id":"x","choices":[{"index":0,"delta":\#(delta),"finish_reason":\#(finish)}]\#(more)}"# + "\n\n"
}

private func text(_ text: String, finish: String = "null", more: String = "") -> String {
    data(#"{"content":"\#(text)"}"#, finish: finish, more: more)
}

private let stop = #""stop""#
private let done = "data: [DONE]\n\n"
private let usageAlone = #"data: {"choices":[],"usage":{\#(count)}}"# + "\n\n"

private let manners = [
    Manner(
        profile: .openAI,
        stream: text("a", more: #","usage":null,"obfuscation":"xyz""#) + text("b", more: #","usage":null"#)
            + data("{}", finish: stop)
            + usageAlone + #"data: {"choices":[],"moderation":{}}"# + "\n\n" + done),
    Manner(
        profile: .azure,
        stream: #"data: {"choices":[],"prompt_filter_results":[{"prompt_index":0}]}"# + "\n\n" + text("a") + text("b")
            + data("{}", finish: stop) + #"data: {"choices":[{"index":0,"content_filter_offsets":{},"delta":{}}]}"# + "\n\n"
            + usageAlone + done),
    Manner(
        profile: .vLLM,
        stream: text("a", more: #","prompt_token_ids":null"#) + text("b") + data("{}", finish: stop) + usageAlone + done),
    Manner(profile: .ollama, stream: text("a") + text("b", finish: stop) + usageAlone + done),
    Manner(
        profile: .llamaCpp,
        stream: text("a") + text("b") + data("{}", finish: stop)
            + #"data: {"choices":[],"usage":{\#(count)},"timings":{"prompt_n":10}}"# + "\n\n" + done),
    Manner(
        profile: .deepSeek,
        stream: ": keep-alive\n\n" + text("a", more: #","usage":null"#)
            + text("b", finish: stop, more: #","usage":{\#(count),"prompt_cache_hit_tokens":4,"prompt_cache_miss_tokens":6}"#)
            + done,
        usage: Usage(promptTokens: 10, cachedTokens: 4, completionTokens: 2)),
    Manner(
        profile: .groq,
        stream: text("a") + text("b") + data("{}", finish: stop, more: #","x_groq":{"id":"req_1","usage":{\#(count)}}"#) + done),
    Manner(
        profile: .mistral,
        stream: text("a") + text("b", finish: stop, more: #","usage":{\#(count),"num_cached_tokens":3}"#) + done,
        usage: Usage(promptTokens: 10, cachedTokens: 3, completionTokens: 2)),
    Manner(
        profile: .openRouter,
        stream: ": OPENROUTER PROCESSING\n\n" + text("a", more: #","provider":"X""#) + text("b", finish: stop)
            + data(#"{"content":""}"#, finish: stop, more: #","usage":{\#(count),"cost":0.00001}"#) + done),
    // Thinking is in the total only, and usage on every chunk: the last one counts.
    Manner(
        profile: .gemini,
        stream: text("a", more: #","usage":{"prompt_tokens":10,"completion_tokens":1,"total_tokens":40}"#)
            + text("b", finish: stop, more: #","usage":{"prompt_tokens":10,"completion_tokens":2,"total_tokens":95}"#) + done,
        usage: Usage(promptTokens: 10, completionTokens: 85)),
    Manner(profile: .other, stream: text("a") + text("b", finish: stop) + usageAlone + done),
]

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `A server of a known kind` {
        @Test func `each kind has its manner here`() {
            #expect(Set(manners.map(\.profile)) == Set(UpstreamProfile.allCases))
        }

        @Test(arguments: manners)
        fileprivate func `is asked in its terms and understood`(manner: Manner) async throws {
            let order = Given.order(members: [("messages", #"[{"role":"developer","content":"hi"}]"#)])
            let upstream = try await ScriptedUpstream.start { _ in .lines([manner.stream]) }
            let options = try OpenAIEngine.Options(
                name: "up", baseURL: upstream.baseURL, key: Secret(Given.key), profile: manner.profile)
            let engine = try OpenAIEngine(options, group: MultiThreadedEventLoopGroup.singleton)
            let heard = try await Given.answer(from: engine, to: order)
            let sent = try JSONValue(parsing: try #require(upstream.requests.first).body)
            await upstream.stop()

            #expect(heard.faults == [])
            #expect(heard.text == "ab")
            #expect(heard.end?.usage == manner.usage, "\(String(describing: heard.failure))")
            let capabilities = manner.profile.capabilities
            #expect(sent[capabilities.outputCapField.rawValue]?.int == 100)
            #expect((sent["max_tokens"] == nil) != (sent["max_completion_tokens"] == nil))
            #expect((sent["stream_options"] != nil) == capabilities.sendsStreamOptions)
            #expect(sent["messages"]?[0]?["role"]?.string == (capabilities.mapsDeveloperRole ? "system" : "developer"))
            #expect(engine.traits.hiddenTokens == capabilities.hiddenTokens)
            #expect(engine.traits.hidesOutput == capabilities.hidesOutput)
        }

        @Test(arguments: [
            ("https://api.openai.com/v1", UpstreamProfile.openAI), ("https://eu.api.openai.com/v1", .openAI),
            ("https://x.openai.azure.com/openai/v1", .azure), ("https://api.deepseek.com", .deepSeek),
            ("https://api.groq.com/openai/v1", .groq), ("https://api.mistral.ai/v1", .mistral),
            ("https://openrouter.ai/api/v1", .openRouter),
            ("https://generativelanguage.googleapis.com/v1beta/openai", .gemini), ("http://127.0.0.1:8000/v1", .other),
            ("https://notapi.openai.com.example/v1", .other),
        ])
        func `is known by its host`(baseURL: String, profile: UpstreamProfile) throws {
            #expect(try OpenAIEngine.Options(name: "up", baseURL: baseURL, key: nil).profile == profile)
        }
    }
}
