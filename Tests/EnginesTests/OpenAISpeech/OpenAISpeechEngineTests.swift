import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Units

@testable import Engines

@Suite struct `An engine for servers that speak` {
    private static let key = "sk-canary-0123456789"

    private struct Stage {
        let upstream: ScriptedUpstream
        let engine: OpenAISpeechEngine

        init(_ script: @escaping @Sendable (ScriptedRequest) -> ScriptedAnswer) async throws {
            upstream = try await ScriptedUpstream.start(script)
            var options = try OpenAISpeechEngine.Options(name: "kokoro", baseURL: upstream.baseURL, key: Secret(key))
            options.deadlines.firstByte = .milliseconds(400)
            options.deadlines.stall = .milliseconds(400)
            engine = try OpenAISpeechEngine(options, group: MultiThreadedEventLoopGroup.singleton)
        }

        func hear(_ order: SpeechOrder = order()) async throws -> String {
            let audio = try await engine.speak(order)
            #expect(audio.shape == .file)
            var heard = ""
            while let piece = try await audio.next() { heard += String(buffer: piece) }
            return heard
        }
    }

    private static func order(
        format: SpeechFormat = .mp3, speedHundredths: Int = 100, instructions: String? = nil
    ) -> SpeechOrder {
        SpeechOrder(
            prompt: SpeechPrompt(
                model: "tts-1", input: "Say \"hi\"", voice: "af_sky", format: format, speedHundredths: speedHundredths,
                instructions: instructions),
            model: "kokoro", request: RequestID("req_1"))
    }

    private static func audio(_ text: String) -> ScriptedAnswer { .body(text, type: "audio/mpeg") }

    @Test(arguments: [1, 3, 1000])
    func `hands on what comes, as it comes`(bytes: Int) async throws {
        let stage = try await Stage { _ in Self.audio("ID3 and all the rest of a file").split(every: bytes) }
        #expect(try await stage.hear() == "ID3 and all the rest of a file")
    }

    @Test func `hands on a chunked answer`() async throws {
        let stage = try await Stage { _ in .lines(["ID3", "one", "two"]) }
        #expect(try await stage.hear() == "ID3onetwo")
    }

    @Test func `asks as OpenAI is asked, and leaves out what has its default`() async throws {
        let stage = try await Stage { _ in Self.audio("ID3") }
        _ = try await stage.hear()
        _ = try await stage.hear(Self.order(format: .opus, speedHundredths: 125, instructions: "gently"))
        let requests = stage.upstream.requests
        #expect(requests.map(\.method) == ["POST", "POST"] && requests.allSatisfy { $0.target.hasSuffix("/audio/speech") })
        #expect(requests.allSatisfy { $0[header: "authorization"] == "Bearer \(Self.key)" })
        #expect(
            String(buffer: requests[0].body)
                == #"{"model":"kokoro","input":"Say \"hi\"","voice":"af_sky","response_format":"mp3"}"#)
        #expect(
            String(buffer: requests[1].body)
                == #"{"model":"kokoro","input":"Say \"hi\"","voice":"af_sky","response_format":"opus","speed":1.25,"instructions":"gently"}"#
        )
    }

    @Test(arguments: [
        (
            ScriptedAnswer.json(#"{"error":{"message":"no voice","param":"voice","code":"bad"}}"#, status: 400),
            "refusedPrompt 400"
        ),
        (.json(#"{"detail":{"error":"validation_error","message":"no voice"}}"#, status: 422), "refusedPrompt 422"),
        (.json(#"{"error":{"message":"Incorrect API key sk-canary-0123456789"}}"#, status: 401), "misconfigured"),
        (.json("{}", status: 404), "misconfigured"), (.json("{}", status: 429), "overloaded"),
        (.json("{}", status: 503), "overloaded"),
        (.json(#"{"error":{"message":"out of memory"}}"#), "broken"), (.json(#"{"audio":"…"}"#), "malformed"),
        (.body("<html>", type: "text/html"), "malformed"), (audio(""), "malformed"), (.raw("nonsense\r\n\r\n"), "malformed"),
        (audio("ID3 and more").cut(after: 20, by: .close), "unreachable"), (.silence, "timedOut"),
        (.body("x", status: 302, headers: [("location", "http://127.0.0.1:1/")]), "misconfigured"),
    ])
    func `fails before there is audio`(answer: ScriptedAnswer, kind: String) async throws {
        let stage = try await Stage { _ in answer }
        let failure = await #expect(throws: EngineFailure.self) { try await stage.hear() }
        #expect(failure?.word == kind)
        #expect(failure?.detail.contains("canary") == false)
    }

    /// Samples may begin with any byte, and a document is told from them by being text.
    @Test func `takes no document for samples`() async throws {
        let stage = try await Stage { _ in .json(#"{"data": "this is no audio, whatever it says"}"#) }
        let failure = await #expect(throws: EngineFailure.self) { try await stage.hear(Self.order(format: .pcm)) }
        #expect(failure?.word == "malformed")
        let samples = try await Stage { _ in Self.audio("{\u{1}\u{2}\u{7f}") }
        #expect(try await samples.hear(Self.order(format: .pcm)) == "{\u{1}\u{2}\u{7f}")
    }

    @Test(arguments: [(ScriptedAnswer.Step.close, "broken"), (.reset, "broken"), (.hang, "timedOut")])
    func `fails in the middle`(end: ScriptedAnswer.Step, kind: String) async throws {
        let whole = Self.audio(String(repeating: "ID3 ", count: 1000))
        let stage = try await Stage { _ in whole.cut(after: 2000, by: end) }
        let audio = try await stage.engine.speak(Self.order())
        let failure = await #expect(throws: EngineFailure.self) { while try await audio.next() != nil {} }
        #expect(failure?.word == kind)
    }

    @Test func `stops the server when it is given up, and waits for a slow reader`() async throws {
        let piece = String(repeating: "x", count: 60_000)
        let stage = try await Stage { _ in .lines(["ID3"] + Array(repeating: piece, count: 200)) }
        let audio = try await stage.engine.speak(Self.order())
        _ = try await audio.next()
        // Longer than a stall may be: who does not read is not the server's fault.
        try await Task.sleep(for: .milliseconds(900))
        var bytes = 0
        while let piece = try await audio.next() { bytes += piece.readableBytes }
        #expect(bytes == 12_000_000)
        let other = try await stage.engine.speak(Self.order())
        other.stop()
        #expect(try await stage.hear().count == 12_000_003)
    }

    @Test(arguments: [
        (#"{"voices":["af_sky","bm_fable"]}"#, ["af_sky", "bm_fable"]),
        (#"{"voices":[{"id":"a","name":"A","language":"en"},{"id":"b"},7,{}]}"#, ["A", "b"]), (#"{"x":1}"#, []), ("<html>", []),
    ])
    func `lists the voices of servers that do`(answer: String, names: [String]) async throws {
        let stage = try await Stage { $0.target.hasSuffix("/audio/voices") ? .json(answer) : .json("{}", status: 404) }
        #expect(await stage.engine.voices().map(\.name) == names)
    }

    @Test func `says whether it is well`() async throws {
        let well = try await Stage {
            $0.target.hasSuffix("/models") ? .json(#"{"data":[{"id":"kokoro"}]}"#) : .json("{}", status: 404)
        }
        #expect(await well.engine.check().usable)
        let unwell = try await Stage { _ in .json("{}", status: 401) }
        #expect(await unwell.engine.check().usable == false)
    }
}
