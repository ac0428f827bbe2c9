import Inference
import NIOCore
import TestKit
import Testing
import Wire

@testable import Engines

@Suite struct `An engine for OpenAI's image generations` {
    typealias Stage = OpenAIImagesStage

    @Test func `asks once and takes the picture`() async throws {
        let stage = try await Stage { _ in Stage.answer() }
        let painted = try await stage.engine.paint(Stage.order()) { _ in }
        guard case .file(let bytes) = painted.content else {
            Issue.record("it is a file")
            return
        }
        #expect(bytes == Stage.png)
        #expect(painted.seed == 7)
        #expect(painted.substitute == "none")
        let request = try #require(stage.upstream.requests.first)
        #expect(stage.upstream.requests.count == 1)
        #expect(request.method == "POST" && request.target == "/v1/images/generations")
        #expect(request[header: "authorization"] == "Bearer \(Stage.key)")
        await stage.upstream.stop()
    }

    @Test(arguments: [
        (
            OpenAIImagesEngine.Options.Style.gptImage, "",
            #"{"model":"gpt-image-1","prompt":"<a> AND fox","n":1,"size":"1024x1024","output_format":"png"}"#
        ),
        (
            .dallE, "rain",
            #"{"model":"gpt-image-1","prompt":"<a> AND fox\n\nAvoid: rain","n":1,"size":"1024x1024","response_format":"b64_json"}"#
        ),
        (.plain, "", #"{"model":"gpt-image-1","prompt":" a> and fox","n":1,"size":"1024x1024"}"#),
        (
            .plain, "<x> rain",
            #"{"model":"gpt-image-1","prompt":" a> and fox","n":1,"size":"1024x1024","negative_prompt":" x> rain"}"#
        ),
    ])
    func `asks in the style of the upstream`(style: OpenAIImagesEngine.Options.Style, negative: String, body: String) {
        let order = Stage.order {
            $0.prompt = "<a> AND fox"
            $0.negativePrompt = negative
        }
        let request = OpenAIImagesRequest(order: order, size: OpenAIImagesSize(width: 1024, height: 1024), style: style)
        #expect(String(buffer: request.body) == body)
    }

    @Test(arguments: [
        ("https://api.openai.com/v1", OpenAIImagesEngine.Options.Style.gptImage), ("http://127.0.0.1:1234/v1", .plain),
        ("https://api.openai.com.evil.example/v1", .plain),
    ])
    func `knows the style of OpenAI itself`(url: String, style: OpenAIImagesEngine.Options.Style) throws {
        #expect(try OpenAIImagesEngine.Options(name: "x", baseURL: url, key: nil).style == style)
    }

    // MARK: What it cannot be asked

    @Test(arguments: [
        (256, 256, "1024x1024"), (1024, 1024, "1024x1024"), (1025, 256, "1536x1024"), (1344, 768, "1536x1024"),
        (768, 1344, "1024x1536"),
        (1024, 1025, "1024x1536"), (1025, 1025, nil), (1344, 1344, nil),
    ])
    func `takes the smallest size that covers the picture`(width: Int, height: Int, size: String?) {
        let offered = OpenAIImagesSize.standard.shuffled()
        #expect(OpenAIImagesSize.smallest(of: offered, covering: width, height)?.description == size)
    }

    @Test(arguments: [
        ("1024x1536", OpenAIImagesSize(width: 1024, height: 1536)), ("1x8192", OpenAIImagesSize(width: 1, height: 8192)),
        ("auto", nil), ("1024", nil), ("0x1", nil), ("1x8193", nil), ("+1x1", nil), ("1x1x1", nil), ("1×1", nil), ("x", nil),
        ("", nil),
        ("1 x 1", nil), ("99999999999999999999x1", nil),
    ])
    func `reads the sizes of a configuration`(text: String, size: OpenAIImagesSize?) {
        #expect(OpenAIImagesSize(text) == size)
    }

    @Test func `refuses a size that nothing on offer covers, without asking`() async throws {
        let stage = try await Stage { _ in Stage.answer() }
        let order = Stage.order {
            $0.width = 1344
            $0.height = 1344
        }
        #expect(await stage.failure(order)?.kind == .refused)
        #expect(stage.upstream.requests.isEmpty)
        await stage.upstream.stop()
    }

    @Test(arguments: Scheduler.allCases)
    func `refuses a scheduler of one's own choice, unless it is told not to`(scheduler: Scheduler) async throws {
        for isStrict in [true, false] {
            let stage = try await Stage(options: { $0.strictScheduler = isStrict }, { _ in Stage.answer() })
            let failure = await stage.failure(Stage.order { $0.scheduler = scheduler })
            #expect(failure?.kind == (isStrict && scheduler != .standard ? .refused : nil))
            await stage.upstream.stop()
        }
    }

    // MARK: What can go wrong

    @Test(arguments: [
        (
            401, #"{"error":{"message":"Incorrect API key provided: sk-canary-0123456789","code":"invalid_api_key"}}"#, "broken",
            "key is refused"
        ),
        (403, #"{"error":{"message":"org-secret"}}"#, "broken", "key is refused"),
        (
            400, #"{"error":{"message":"safety","type":"image_generation_user_error","code":"moderation_blocked"}}"#, "refused",
            "moderation_blocked"
        ),
        (
            400, #"{"error":{"message":"safety","code":"content_policy_violation","type":"invalid_request_error"}}"#, "refused",
            "content_policy"
        ),
        (400, #"{"error":{"message":"m","code":"billing_hard_limit_reached"}}"#, "busy", "billing"),
        (400, #"{"code":"x","error":"Incorrect API key provided: ab***yz"}"#, "broken", "400"),
        (400, #"{"error":{"message":"m","code":"sk-canary-0123456789"}}"#, "refused", "400"), (400, "<html>", "refused", "400"),
        (404, #"{"error":{"message":"m","code":"model_not_found"}}"#, "refused", "model_not_found"), (404, "", "broken", "404"),
        (405, "", "broken", "405"), (301, "", "broken", "redirects"), (402, "", "busy", "402"), (408, "", "timedOut", "408"),
        (422, #"{"detail":[{"msg":"m"}]}"#, "refused", "422"),
        (429, #"{"error":{"code":"rate_limit_exceeded"}}"#, "busy", "rate_limit_exceeded"),
        (429, #"{"error":{"code":"insufficient_quota"}}"#, "busy", "insufficient_quota"),
        (500, #"{"error":{"type":"server_error"}}"#, "broken", "server_error"),
        (502, "<html>", "lost", "502"), (503, "", "busy", "503"), (504, "", "timedOut", "504"),
    ])
    func `says why there is no picture`(status: Int, body: String, kind: String, words: String) async throws {
        let stage = try await Stage { _ in .json(body, status: status, headers: [("retry-after", "7")]) }
        let failure = try #require(await stage.failure())
        #expect(failure.kind.rawValue == kind)
        #expect(failure.detail.contains(words), "\(failure.detail)")
        #expect(!failure.detail.contains("canary") && !failure.detail.contains("org-") && !failure.detail.contains("***"))
        #expect(failure.retryAfterMilliseconds == (kind == "busy" ? 7000 : nil))
        await stage.upstream.stop()
    }

    @Test(arguments: [
        "{", "[]", "{}", #"{"data":[]}"#, #"{"data":[{}]}"#, #"{"data":[{"b64_json":"!"}]}"#, #"{"data":[{"b64_json":""}]}"#,
        // "<html>" in base64: no picture.
        #"{"data":[{"b64_json":"PGh0bWw+"}]}"#, #"{"data":[{"url":""}]}"#, #"{"data":[{"url":"data:text/html,x"}]}"#,
        #"{"error":null}"#,
    ])
    func `takes nothing for a picture that is none`(body: String) async throws {
        let stage = try await Stage { _ in .json(body) }
        #expect(await stage.failure()?.kind == .wrongResult)
        await stage.upstream.stop()
    }

    @Test func `says when the upstream breaks off or takes too long`() async throws {
        for (answer, kind) in [
            (Stage.answer().cut(after: 100, by: .close), ImageFailure.Kind.lost),
            (Stage.answer().cut(after: 100, by: .reset), .lost),
            (ScriptedAnswer([.close]), .lost), (.silence, .timedOut), (.raw("nonsense\r\n\r\n"), .broken),
        ] {
            let stage = try await Stage(options: { $0.paintTime = .milliseconds(300) }, { _ in answer })
            #expect(await stage.failure()?.kind == kind)
            await stage.upstream.stop()
        }
    }

    @Test func `closes the connection when it is given up`() async throws {
        let stage = try await Stage { _ in .silence }
        let painting = Task { await stage.failure() }
        #expect(await stage.upstream.wait { $0.requests.count == 1 })
        painting.cancel()
        #expect(await painting.value?.kind == .cancelled)
        #expect(await stage.upstream.wait { $0.connectionsOpen == 0 })
        await stage.upstream.stop()
    }

    // MARK: Pictures that lie elsewhere

    @Test func `fetches a picture from the upstream itself, with the key`() async throws {
        let stage = try await Stage { request in
            guard request.method == "GET" else {
                return Stage.answer(url: "http://127.0.0.1:\(request.port)/files/a.png?sig=x%20y&e=1")
            }
            return .body("picture", type: "image/png")
        }
        #expect(try await stage.file() == Array("picture".utf8))
        let request = try #require(stage.upstream.requests.last)
        #expect(request.target == "/files/a.png?sig=x%20y&e=1")
        #expect(request[header: "authorization"] == "Bearer \(Stage.key)")
        await stage.upstream.stop()
    }

    @Test func `fetches a picture from a host that an option names, without the key`() async throws {
        let elsewhere = try await ScriptedUpstream.start { _ in .body("picture", type: "image/png") }
        let origin = "http://127.0.0.1:\(elsewhere.port)"
        let host = try EngineAddress(origin)
        let stage = try await Stage(options: { $0.resultHosts = [host] }, { _ in Stage.answer(url: "\(origin)/a.png") })
        #expect(try await stage.file() == Array("picture".utf8))
        #expect(elsewhere.requests.map(\.target) == ["/a.png"])
        #expect(elsewhere.requests.first?[header: "authorization"] == nil)
        await stage.upstream.stop()
        await elsewhere.stop()
    }

    @Test func `fetches nothing from anywhere else`() async throws {
        let elsewhere = try await ScriptedUpstream.start { _ in .body("picture", type: "image/png") }
        let stage = try await Stage { _ in Stage.answer(url: "http://127.0.0.1:\(elsewhere.port)/a.png") }
        #expect(await stage.failure()?.kind == .wrongResult)
        #expect(elsewhere.log.connectionsAccepted == 0)
        await stage.upstream.stop()
        await elsewhere.stop()
    }

    @Test(arguments: [(404, "gone"), (200, ""), (302, "")])
    func `has no picture when its URL has none`(status: Int, body: String) async throws {
        let stage = try await Stage { request in
            request.method == "GET"
                ? .body(body, status: status, headers: [("location", "/b.png")])
                : Stage.answer(url: "http://127.0.0.1:\(request.port)/a.png")
        }
        #expect(await stage.failure()?.kind == .wrongResult)
        #expect(stage.upstream.requests.count == 2)
        await stage.upstream.stop()
    }

    @Test func `takes a picture that stands in its own URL`() async throws {
        let stage = try await Stage { _ in Stage.answer(url: "data:image/png;base64,\(Stage.pngBase64)") }
        #expect(try await stage.file() == Stage.png)
        await stage.upstream.stop()
    }

    @Test(arguments: [
        ("https://a.example/x?y=1", "a.example", 443, "/x?y=1"), ("http://A.example:8080/", "a.example", 8080, "/"),
        ("https://a.example//b/../c", "a.example", 443, "//b/../c"), ("http://[::1]:80/x", "::1", 80, "/x"),
    ])
    func `reads where a picture lies`(url: String, host: String, port: Int, target: String) throws {
        let address = try #require(PictureAddress(url))
        #expect(address.origin.host.text == host)
        #expect(address.origin.port == port)
        #expect(address.target == target)
    }

    @Test(arguments: [
        "", "/a.png", "https://a.example", "https://a.example?x=/y", "ftp://a.example/x", "file:///etc/passwd",
        "https://u:p@a.example/x",
        "https://a.example\\@b.example/x", "https://a.example/x y", "https://a.example/\r\nx: y", "https://a.example/x#y",
        "https:///x",
        "https://a.example/é", "http://127.1/x", "http://2130706433/x", "https://a.example/\\..",
        "https://a.example/" + String(repeating: "a", count: 4096),
    ])
    func `reads no address that could be read in two ways`(url: String) { #expect(PictureAddress(url) == nil) }

    @Test func `tells one origin from another by scheme, host and port`() throws {
        let origins = ["http://a.example/x", "https://a.example/x", "http://a.example:443/x", "http://b.example/x"]
        #expect(Set(origins.compactMap { PictureAddress($0)?.origin }).count == 4)
        #expect(PictureAddress("https://a.example:443/x")?.origin == PictureAddress("https://A.example/y")?.origin)
    }

    // MARK: Checking

    @Test(arguments: [
        (ScriptedAnswer.json(#"{"data":[{"id":"a"},{"id":"b"}]}"#), true, "/v1/models: 2 models"),
        (.json("{}", status: 401), false, "the key is refused"), (.json("{}"), false, "base URL"),
        (.json("<html>"), false, "base URL"),
        (.json("{}", status: 404), false, "404"), (.json("{}", status: 307), false, "redirects"),
        (ScriptedAnswer([.close]), false, "closed"),
        (.json(OpenAIImagesStage.key, status: 500), false, "500"),
    ])
    func `asks for the list of models and says what is wrong`(answer: ScriptedAnswer, usable: Bool, words: String) async throws {
        let stage = try await Stage { _ in answer }
        let report = await stage.engine.check()
        #expect(report.usable == usable)
        #expect(report.summary.contains(words), "\(report.summary)")
        #expect(!report.summary.contains("canary"))
        #expect(stage.upstream.requests.first?[header: "authorization"] == "Bearer \(Stage.key)")
        await stage.upstream.stop()
    }
}

extension ScriptedRequest {
    /// The port it was sent to, as the `host` field says.
    fileprivate var port: Substring { self[header: "host"]?.split(separator: ":").last ?? "" }
}
