import Inference
import Testing

@testable import Engines

@Suite struct `An upstream's address` {
    @Test(arguments: [
        ("https://api.openai.com/v1", "https://api.openai.com/v1", 443),
        ("HTTPS://API.OpenAI.com/v1/", "https://api.openai.com/v1", 443),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", 8000),
        ("http://127.0.0.1:80/v1", "http://127.0.0.1/v1", 80),
        ("http://[::1]:11434/v1", "http://[::1]:11434/v1", 11434),
        ("https://openrouter.ai/api/v1//", "https://openrouter.ai/api/v1", 443),
        ("http://my_vllm:8000/v1", "http://my_vllm:8000/v1", 8000),
        ("http://10.gpu.example/v1", "http://10.gpu.example/v1", 80),
    ])
    func `is read`(text: String, canonical: String, port: Int) throws {
        let address = try EngineAddress(text)
        #expect(address.description == canonical)
        #expect(address.port == port)
    }

    @Test(arguments: [
        "", "api.openai.com/v1", "ftp://example.com", "file:///etc/passwd", "https://", "https:///v1", "http://:80",
        "https://user@example.com", "https://user:pass@example.com/v1", "https://example.com@evil.example/",
        "https://example.com/v1?x=1", "https://example.com/v1#x", "https://example.com/a/../b", "https://example.com/./v1",
        "https://example.com/a//b", "https://example.com/%2e%2e/", "https://exa%6dple.com/", "https://example.com\\@evil.example",
        "https://exam ple.com", "https://example.com\r\nx: y", "https://example.com\u{0}.evil", "http://①②⑦.0.0.1/",
        "http://127.1", "http://2130706433", "http://0x7f.1", "http://0x7f000001", "http://127.0.0.256", "http://127.0.0.01",
        "http://0", "http://1.2.3.4.5", "http://[::1", "http://[example]", "http://[::1]x", "http://a:0", "http://a:65536",
        "http://a:+80", "http://a:", "http://a:8o", "http://-a.example", "http://a..example", "http://a.example.",
    ])
    func `is refused when it can be read in two ways`(text: String) {
        #expect(throws: EngineAddress.Fault.self) { try EngineAddress(text) }
    }

    @Test func `never shows a password it refuses`() {
        let fault = #expect(throws: EngineAddress.Fault.self) { try EngineAddress("https://user:hunter2@example.com") }
        #expect(fault.map { !$0.description.contains("hunter2") } == true)
    }

    @Test(arguments: [
        ("https://api.openai.com/v1", OpenAIEngine.Options.OutputCapField.maxCompletionTokens, false, 64),
        ("https://eu.api.openai.com/v1", .maxCompletionTokens, false, 64),
        ("https://x.openai.azure.com/openai/v1", .maxCompletionTokens, false, 64),
        ("https://api.openai.com.evil.example/v1", .maxTokens, true, 1024),
        ("http://127.0.0.1:8000/v1", .maxTokens, true, 1024),
    ])
    func `decides what is not said`(
        url: String, field: OpenAIEngine.Options.OutputCapField, maps: Bool, hidden: Int
    ) throws {
        let options = try OpenAIEngine.Options(name: "x", baseURL: url, key: nil)
        #expect(options.outputCapField == field)
        #expect(options.mapsDeveloperRole == maps)
        #expect(options.hiddenTokens == hidden)
        #expect(options.disconnect == .cancel)
    }
}

@Suite struct `A secret` {
    @Test func `prints as stars however it is printed`() throws {
        let secret = try #require(Secret("sk-canary-0123456789"))
        let options = try OpenAIEngine.Options(name: "x", baseURL: "https://api.openai.com/v1", key: secret)
        var dumped = ""
        dump(options, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(options)", String(reflecting: options), dumped] {
            #expect(!text.contains("canary"))
        }
    }

    @Test(arguments: ["", "a b", "a\r\nx: y", "ключ", String(repeating: "a", count: 5000)])
    func `must fit a header`(text: String) { #expect(Secret(text) == nil) }

    @Test(arguments: [
        ("Incorrect API key: sk-canary-0123456789", true), ("key sk-canar***********6789", true), ("…ry-23456789 …", true),
        ("your prompt is too long", false),
    ])
    func `is recognised when it is echoed, even masked`(text: String, expected: Bool) throws {
        let secret = try #require(Secret("sk-canary-0123456789"))
        #expect(secret.isEchoed(in: text) == expected)
    }
}

@Suite struct `Retry-after` {
    @Test(
        arguments: [
            ("250", "9", nil, 250), (nil, "20", nil, 20_000), (nil, "1.5", nil, 1500), (nil, "0", nil, 0), ("0.4", nil, nil, 1),
            (nil, "Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:07 GMT", 30_000),
            (nil, "Fri, 01 Mar 2024 00:00:01 GMT", "Thu, 29 Feb 2024 23:59:59 GMT", 2000),
            (nil, "Sat, 01 Jan 2000 00:00:00 GMT", "Sat, 01 Jan 2000 00:00:09 GMT", 0),
            (nil, "99999999999", nil, 86_400_000),
            (nil, "-5", nil, nil), (nil, "soon", nil, nil), (nil, nil, nil, nil), (nil, "inf", nil, nil),
            (nil, "1e999", nil, nil),
            (nil, "Sun, 06 Nov 1994 08:49:37 GMT", nil, nil),
        ] as [(String?, String?, String?, Int?)])
    func `is read in every form`(precise: String?, seconds: String?, now: String?, expected: Int?) {
        #expect(RetryAfter.milliseconds(precise: precise, seconds: seconds, now: now) == expected)
    }
}
