import Inference
import Testing
import Units
import Wire

@testable import Engines

@Suite struct SandboxToolTests {
    let bench = SandboxBench()

    static let weather = """
        {"type":"function","function":{"name":"get_weather","description":"Get the current weather for a city","parameters":{
        "type":"object","properties":{"city":{"type":"string"},"unit":{"type":"string","enum":["celsius","fahrenheit"]}},
        "required":["city"],"additionalProperties":false}}}
        """
    static let stocks = """
        {"type":"function","function":{"name":"get_stock_price","description":"Look up the price of a share","parameters":{
        "type":"object","properties":{"ticker":{"type":"string","pattern":"^[A-Z]{1,5}$"}},"required":["ticker"]}}}
        """
    static let flight = """
        {"type":"function","function":{"name":"find_flights","description":"Find flights","parameters":{"type":"object",
        "properties":{"origin":{"type":"string"},"destination":{"type":"string"},"passengers":{"type":"integer","minimum":1}},
        "required":["origin","destination","passengers"]}}}
        """

    private static func allowed(mode: String) -> String {
        let tool = #"{"type":"function","function":{"name":"get_stock_price"}}"#
        return #""tool_choice":{"type":"allowed_tools","allowed_tools":{"mode":"\#(mode)","tools":[\#(tool)]}}"#
    }

    private func ask(_ sentence: String, _ members: String, tools: [String] = [weather, stocks]) throws -> Performance {
        let more = members.isEmpty ? "" : ",\(members)"
        return try bench.hear(sentence, #""tools":[\#(tools.joined(separator: ","))]\#(more)"#)
    }

    private func arguments(_ performance: Performance) throws -> [JSONValue] {
        try performance.calls().map { try JSONValue(parsing: $0.arguments) }
    }

    @Test func `a sentence about a tool calls it with what the sentence says`() throws {
        let performance = try ask("What's the weather in Paris in fahrenheit?", "")
        #expect(performance.calls().map(\.name) == ["get_weather"])
        #expect(try arguments(performance) == [["city": "Paris", "unit": "fahrenheit"]])
        #expect(performance.finishes == ["tool_calls"])
    }

    @Test func `a call streams its opening, then fragments of its arguments`() throws {
        let performance = try ask("weather in Paris", "")
        let first = try #require(performance.choices.first?["delta"])
        #expect(first.members?.map(\.key) == ["role", "content", "tool_calls", "refusal"])
        #expect(first["content"] == .null)
        let call = try #require(first["tool_calls"]?[0])
        #expect(call.members?.map(\.key) == ["index", "id", "type", "function"])
        #expect(call["id"]?.string?.hasPrefix("call_") == true && call["id"]?.string?.count == 29)
        #expect(call["function"] == ["name": "get_weather", "arguments": ""])
        let second = #"{"tool_calls":[{"index":0,"function":{"arguments":"{\""}}]}"#
        #expect(performance.bytes[1] == #"[{"index":0,"delta":\#(second),"logprobs":null,"finish_reason":null}]"#)
        #expect(performance.choices.last?["delta"] == [:])
        #expect(performance.end?.usage?.completionTokens == performance.chunks.count - 1)
    }

    @Test func `a whole answer carries the same calls`() throws {
        let streamed = try ask("weather in Paris and in Rome", "")
        let whole = try ask("weather in Paris and in Rome", #""stream":false"#)
        #expect(whole.calls().map(\.arguments) == streamed.calls().map(\.arguments))
        #expect(whole.choices[0]["message"]?.members?.map(\.key) == ["role", "content", "tool_calls", "refusal", "annotations"])
        #expect(whole.finishes == ["tool_calls"])
        #expect(whole.end?.usage == streamed.end?.usage)
        #expect(whole.chunks[0].outputBytes == streamed.chunks.map(\.outputBytes).reduce(0, +))
    }

    @Test(arguments: [
        ("What is the weather in Paris and London?", "", ["Paris", "London"]),
        ("what's the weather in paris and london today?", "", ["paris", "london"]),
        ("Compare the weather of San Francisco, CA, Tokyo and New York", "", ["San Francisco, CA", "Tokyo", "New York"]),
        ("What is the weather in Paris and London?", #""parallel_tool_calls":false"#, ["Paris"]),
        ("Weather in Oslo please", "", ["Oslo"]), ("北京和上海的天气 weather", "", ["北京", "上海"]),
    ])
    func `each thing named gets its call, unless calls may not be parallel`(
        sentence: String, members: String, cities: [String]
    ) throws {
        #expect(try arguments(try ask(sentence, members)).map { $0["city"]?.string } == cities)
    }

    @Test func `two tools meant are two calls`() throws {
        let performance = try ask("Show the weather in Oslo and the stock price of ACME", "")
        #expect(performance.calls().map(\.name) == ["get_weather", "get_stock_price"])
        #expect(performance.choices.compactMap { $0["delta"]?["tool_calls"]?[0]?["index"]?.int }.max() == 1)
    }

    @Test func `a tool for two places is called once with both`() throws {
        let performance = try ask("Find flights from Berlin to Madrid for 3 people", "", tools: [Self.flight])
        #expect(try arguments(performance) == [["origin": "Berlin", "destination": "Madrid", "passengers": 3]])
    }

    @Test(arguments: [
        ("Tell me a secret", "", 0), ("Tell me a secret", #""tool_choice":"required""#, 1),
        ("weather in Paris", #""tool_choice":"none""#, 0),
        ("Tell me", #""tool_choice":{"type":"function","function":{"name":"get_stock_price"}}"#, 1),
        ("Tell me", allowed(mode: "required"), 1), ("weather", allowed(mode: "auto"), 0),
    ])
    func `tool_choice is obeyed`(sentence: String, members: String, calls: Int) throws {
        let performance = try ask(sentence, members)
        #expect(performance.calls().count == calls)
        #expect(performance.finishes == [calls == 0 ? "stop" : "tool_calls"])
        if members.contains("get_stock_price"), calls == 1 { #expect(performance.calls()[0].name == "get_stock_price") }
    }

    @Test func `a named tool that is not there is refused`() throws {
        let performance = try ask("Tell me", #""tool_choice":{"type":"function","function":{"name":"nope"}}"#)
        #expect(performance.refusal?.param == "tool_choice")
    }

    @Test func `after a tool's result the answer cites it`() throws {
        let body = """
            {"messages":[{"role":"user","content":"weather in Paris?"},{"role":"assistant","content":null,"tool_calls":[
            {"id":"call_1","type":"function","function":{"name":"get_weather","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"call_1","content":"18 degrees and sunny"}],"tools":[\(Self.weather)]}
            """
        let performance = try bench.play(body)
        #expect(performance.texts[0].contains("get_weather returned 18 degrees and sunny"))
        #expect(performance.finishes == ["stop"])
    }

    @Test func `a cap cuts arguments in the middle`() throws {
        let performance = try ask("weather in Paris", #""max_completion_tokens":3"#)
        #expect(performance.finishes == ["length"])
        #expect(performance.end?.usage?.completionTokens == 3)
        #expect(performance.calls()[0].arguments.count < 12)
        #expect(try ask("weather in Paris", #""max_completion_tokens":1,"stream":false"#).calls()[0].arguments == "")
    }

    @Test func `the deprecated twin answers with function_call`() throws {
        let function = try #require(try JSONValue(parsing: Self.weather)["function"]).text
        let performance = try bench.hear("weather in Paris", #""functions":[\#(function)]"#)
        #expect(performance.finishes == ["function_call"])
        #expect(performance.choices[0]["delta"]?["function_call"] == ["name": "get_weather", "arguments": ""])
        let whole = try bench.hear("weather in Paris", #""functions":[\#(function)],"stream":false"#)
        #expect(whole.choices[0]["message"]?["function_call"]?["arguments"] == #"{"city":"Paris"}"#)
    }

    @Test func `a custom tool gets plain text`() throws {
        let tool = #"{"type":"custom","custom":{"name":"shell","description":"Run a shell command"}}"#
        let whole = try ask("use the shell to list files", #""stream":false"#, tools: [tool])
        let call = try #require(whole.choices[0]["message"]?["tool_calls"]?[0])
        #expect(call["custom"] == ["name": "shell", "input": "use the shell to list files"])
        let streamed = try ask("use the shell to list files", "", tools: [tool])
        #expect(streamed.choices[1]["delta"]?["tool_calls"]?[0] == ["index": 0, "custom": ["input": "use"]])
    }
}
