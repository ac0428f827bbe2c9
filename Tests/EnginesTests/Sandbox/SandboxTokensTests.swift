import Inference
import Testing
import Units
import Wire

@testable import Engines

@Suite struct SandboxTokensTests {
    @Test(arguments: [
        ("You are a helpful assistant.", 6), ("What's the largest U.S. state by area?", 10), ("Hello", 1), ("Ok.", 2),
        ("How can I help you today?", 7), ("", 0), ("123456", 2), ("1234567", 3), ("   ", 1), ("a\n\nb", 3), ("it's", 1),
        ("getWeather", 2), ("hello, world", 3),
    ])
    func `familiar texts count as o200k counts them`(text: String, tokens: Int) {
        #expect(SandboxTokens.count(text) == tokens)
    }

    @Test func `English prose takes about a token for four or five bytes`() {
        let prose = """
            The server accepts a request only after its price is known and enough of the balance is set aside. When the answer \
            is complete, the unused part returns to the account at once, and every step can be read in the statement.
            """
        let bytesPerToken = Double(prose.utf8.count) / Double(SandboxTokens.count(prose))
        #expect(4.0...5.0 ~= bytesPerToken)
    }

    @Test func `Chinese takes about six tokens for ten characters`() {
        let text = "请根据提示生成图像并按照本指南学习如何生成类似人类的响应以及如何从文本描述生成图像"
        #expect(0.5...0.7 ~= Double(SandboxTokens.count(text)) / Double(text.count))
    }

    static let awkward = [
        "", " ", "\r\n\r\n  x", "e\u{301}e\u{301}", "👨‍👩‍👧‍👦👍🏽", "日本語テキスト", "Привет, мир!", "مرحبا", "สวัสดี", "\u{0}\u{1}\u{7F}", "'s",
        "don't",
        "x'", "A'LL", "ABCDEFGHIJ", "donaudampfschifffahrtsgesellschaft", "===", "=-=-=-", "a  b   c", "tail  ", "\u{2028}x",
        "ß'd",
        "12.5% of 1,000,000", "{\"a\":[1,2,{\"b\":null}]}", "\u{FEFF}bom", "한국어 텍스트", "i̇stanbul", "𝒳𝒴",
    ]

    @Test(arguments: awkward)
    func `tokens joined are the text, and never more than its bytes`(text: String) {
        let tokens = SandboxTokens.split(text)
        #expect(tokens.joined() == text)
        #expect(Array(tokens.joined().utf8) == Array(text.utf8))
        #expect(tokens.count <= text.utf8.count)
        #expect(tokens.allSatisfy { !$0.utf8.isEmpty })
        #expect(SandboxTokens.count(text) == tokens.count)
    }

    @Test func `a limit keeps the first tokens`() {
        #expect(SandboxTokens.split("one two three four", limit: 2) == ["one", " two"])
        #expect(SandboxTokens.split("one", limit: 0).isEmpty)
    }

    @Test func `a very long text is counted from its beginning`() {
        let line = "All work and no play. "
        let exact = SandboxTokens.count(String(repeating: line, count: 1_000))
        let guessed = SandboxTokens.count(String(repeating: line, count: 1_000), bytesMax: 500)
        #expect(guessed != exact && abs(guessed - exact) <= exact / 50)
    }
}

@Suite struct SandboxPromptTokensTests {
    private func tokens(_ body: String, images: [PromptImage] = []) throws -> Int {
        var bench = SandboxBench()
        bench.images = images
        return try #require(try bench.play(body).end?.usage?.promptTokens)
    }

    @Test func `messages count as OpenAI's formula says`() throws {
        let reference = """
            {"messages":[{"role":"developer","content":"You are a helpful assistant."},{"role":"user","content":"Hello"},
            {"role":"assistant","content":"How can I help you today?"},
            {"role":"user","content":"What's the largest U.S. state by area?"}]}
            """
        // 4 × 3 for messages, 4 roles, 6 + 1 + 7 + 10 of content, 3 for the answer.
        #expect(try tokens(reference) == 12 + 4 + 24 + 3)
        #expect(try tokens(#"{"messages":[{"role":"user","content":"Hi","name":"bob"}]}"#) == 3 + 1 + 1 + 2 + 3)
    }

    @Test func `text parts count like one text, and images by their size`() throws {
        let body =
            #"{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"text","text":"Hello"},"#
            + #"{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}]}]}"#
        let image = PromptImage(source: .data(format: .png, width: 1024, height: 1024, bytes: 3), detail: .high)
        #expect(try tokens(body, images: [image]) == 3 + 1 + 1 + 3 + 765)
        #expect(try tokens(body, images: [PromptImage(source: .address(host: "example.com"), detail: .high)]) == 8 + 765)
    }

    @Test func `tools and schemas add what they say`() throws {
        let plain = try tokens(#"{"messages":"hello"}"#)
        let tool = """
            {"messages":"hello","tools":[{"type":"function","function":{"name":"get_current_weather",
            "description":"Get the current weather in a given location","parameters":{"type":"object","properties":{
            "location":{"type":"string","description":"The city and state, e.g. San Francisco, CA"},
            "unit":{"type":"string","description":"The unit of temperature to return","enum":["celsius","fahrenheit"]}},
            "required":["location"]}}}]}
            """
        // The cookbook counts 101 with a 21-token conversation.
        #expect(65...95 ~= (try tokens(tool)) - plain)
        let format = #"{"type":"json_schema","json_schema":{"name":"x","schema":{"type":"object"}}}"#
        let schema = #"{"messages":"hello","response_format":\#(format)}"#
        #expect(try tokens(schema) > plain)
    }

    @Test(arguments: [
        #"{"messages":[{"role":"user","content":""}],"tools":[{"type":"function","function":{"name":"x"}}]}"#,
        #"{"messages":[{"role":"user","content":"!a!b!c#$"}],"tools":[{"type":"function","function":{"name":"x","parameters":"#
            + #"{"properties":{"a":{},"b":{},"c":{"enum":["x","y","z"]}}}}}]}"#,
        #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"},{"role":"tool","tool_call_id":"c","content":"d"}]}"#,
    ])
    func `a prompt never counts more tokens than its bytes`(body: String) throws {
        #expect(try tokens(body) <= body.utf8.count + 64)
    }
}
