import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Wire

@testable import Engines

@Suite struct `An engine for servers that speak OpenAI's way` {
    typealias Stage = OpenAISpeechStage

    // MARK: Asking

    @Test(arguments: [
        (100, String?.none, SpeechFormat.mp3, #""response_format":"mp3"}"#),
        (150, nil, .opus, #""response_format":"opus","speed":1.50}"#),
        (25, "Softly", .pcm, #""response_format":"pcm","speed":0.25,"instructions":"Softly"}"#),
    ])
    func `says what differs from the default, and nothing else`(
        speed: Int, instructions: String?, format: SpeechFormat, rest: String
    ) async throws {
        let stage = try await Stage { _ in Stage.audio(["ID3"]) }
        _ = try await stage.spoken(
            Stage.order {
                $0.speedHundredths = speed
                $0.instructions = instructions
                $0.format = format
            })
        let request = try #require(stage.upstream.requests.first)
        #expect(request.method == "POST" && request.target == "/v1/audio/speech")
        #expect(request[header: "authorization"] == "Bearer \(Stage.key)")
        #expect(request.text == #"{"model":"kokoro","input":"Say \"hello\".","voice":"af_heart","# + rest)
        await stage.upstream.stop()
    }

    @Test func `hands the file on as it comes, the first piece before the last is made`() async throws {
        let gate = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let stage = try await Stage { _ in
            var answer = Stage.audio(["ID3 one", " two"])
            answer.steps.insert(.wait(gate.futureResult), at: 2)
            return answer
        }
        let audio = try await stage.engine.speak(Stage.order())
        #expect(audio.shape == .file)
        #expect(try await audio.next().map { String(buffer: $0) } == "ID3 one")
        gate.succeed()
        var rest = ""
        while let piece = try await audio.next() { rest += String(buffer: piece) }
        #expect(rest == " two")
        await stage.upstream.stop()
    }

    @Test func `is no further ahead than its reader lets it be`() async throws {
        let piece = String(repeating: "x", count: 64 << 10)
        let stage = try await Stage { _ in Stage.audio(Array(repeating: piece, count: 512)) }
        let audio = try await stage.engine.speak(Stage.order())
        try await Task.sleep(for: .milliseconds(300))
        // What the kernel's windows on both sides hold, of 32 MB.
        #expect(stage.upstream.log.bytesSent < 16 << 20)
        var count = 0
        while let piece = try await audio.next() { count += piece.readableBytes }
        #expect(count == 512 * piece.utf8.count)
        await stage.upstream.stop()
    }

    @Test func `leaves the server when it is given up`() async throws {
        let stage = try await Stage { _ in Stage.audio(["ID3"], end: false).then(.hang) }
        let audio = try await stage.engine.speak(Stage.order())
        audio.stop()
        #expect(await stage.upstream.wait { $0.connectionsOpen == 0 })
        await stage.upstream.stop()
    }

    // MARK: Failing

    @Test(arguments: [
        (401, "misconfigured"), (403, "misconfigured"), (404, "misconfigured"), (301, "misconfigured"), (429, "overloaded"),
        (500, "overloaded"), (503, "overloaded"), (408, "timedOut"),
    ])
    func `understands a status`(status: Int, kind: String) async throws {
        let stage = try await Stage { _ in
            .json(#"{"error":{"message":"no \#(Stage.key)"}}"#, status: status, headers: [("location", "http://127.0.0.1:9/")])
        }
        let failure = try #require(await stage.failure())
        #expect("\(failure.kind)" == kind)
        #expect(!failure.detail.contains(Stage.key))
        #expect(stage.upstream.requests.count == 1)
        await stage.upstream.stop()
    }

    @Test(arguments: [
        (400, #"{"error":{"message":"Voice af_x not found","type":"invalid_request_error","param":"voice"}}"#),
        (400, #"{"detail":{"error":"validation_error","message":"Voice af_x not found","type":"invalid_request_error"}}"#),
        (422, #"{"detail":[{"loc":["body","voice"],"msg":"Voice af_x not found"}]}"#),
    ])
    func `takes an objection for the caller's, without the key in it`(status: Int, body: String) async throws {
        let stage = try await Stage { _ in .json(body, status: status) }
        let failure = try #require(await stage.failure())
        guard case .refusedPrompt(let refusal) = failure.kind else { throw failure }
        #expect(refusal.status == status && !refusal.message.isEmpty && !refusal.message.contains(Stage.key))
        await stage.upstream.stop()
    }

    @Test(arguments: [
        (ScriptedAnswer.json(#"{"data":[1,2,3]}"#), SpeechFormat.mp3, "malformed"),
        (.json(#"{"error":{"message":"busy","type":"server_error"}}"#), .mp3, "overloaded"),
        (.body("<!doctype html><p>Welcome</p>", type: "text/html"), .wav, "malformed"),
        (.json(#"{"data": "this is no audio, whatever it says"}"#), .pcm, "malformed"),
        (.body("", type: "audio/mpeg"), .mp3, "malformed"),
        (.body("ID3", type: "audio/mpeg", headers: [("content-encoding", "gzip")]), .mp3, "malformed"),
        (.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"), .mp3, "malformed"),
    ])
    func `does not take for audio what is none`(answer: ScriptedAnswer, format: SpeechFormat, kind: String) async throws {
        let stage = try await Stage { _ in answer }
        let failure = try #require(await stage.failure(Stage.order { $0.format = format }))
        #expect("\(failure.kind)" == kind, "\(failure.detail)")
        await stage.upstream.stop()
    }

    @Test(arguments: [
        (Stage.audio(["ID3", "more"], end: false).then(.close), "broken"),
        (Stage.audio(["ID3", "more"], end: false).then(.reset), "broken"),
        (.body("ID3 and more", type: "audio/mpeg").cut(after: 80, by: .close), "broken"),
        (Stage.audio(["ID3"], end: false).then(.hang), "timedOut"), (.silence, "timedOut"),
        (ScriptedAnswer([.close]), "unreachable"),
    ])
    func `says how it broke off`(answer: ScriptedAnswer, kind: String) async throws {
        let stage = try await Stage(
            options: {
                $0.deadlines.firstByte = .seconds(1)
                $0.deadlines.stall = .seconds(1)
            }, { _ in answer })
        let failure = try #require(await stage.failure())
        #expect("\(failure.kind)" == kind, "\(failure.detail)")
        await stage.upstream.stop()
    }

    @Test func `says when nobody is there`() async throws {
        let stage = try await Stage { _ in .silence }
        await stage.upstream.stop()
        let failure = try #require(await stage.failure())
        #expect("\(failure.kind)" == "unreachable")
    }

    // MARK: Listing and checking

    @Test(arguments: [
        (#"{"voices":["af_heart","bf_emma"]}"#, ["af_heart", "bf_emma"]),
        (#"{"voices":[{"id":"af_heart","name":"Heart","language":"en"},{"id":"x"},{}]}"#, ["Heart", "x"]),
        (#"{"detail":"Not Found"}"#, []), ("<html>", []),
    ])
    func `lists the voices that a server says it has`(body: String, names: [String]) async throws {
        let stage = try await Stage { _ in .json(body) }
        #expect(await stage.engine.voices().map(\.name) == names)
        #expect(stage.upstream.requests.first?.target == "/v1/audio/voices")
        await stage.upstream.stop()
    }

    @Test(arguments: [
        (ScriptedAnswer.json(#"{"data":[{"id":"kokoro"}]}"#), true), (.json("{}", status: 401), false), (.json("[]"), false),
    ])
    func `is well when the server lists its models`(answer: ScriptedAnswer, usable: Bool) async throws {
        let stage = try await Stage { _ in answer }
        let report = await stage.engine.check()
        #expect(report.usable == usable && report.summary.contains("/v1/models"))
        await stage.upstream.stop()
    }
}
