import Inference
import NIOCore
import TestKit
import Testing
import Wire

@testable import Engines

@Suite struct `An engine for ComfyUI` {
    @Test func `submits, waits, fetches and cleans up`() async throws {
        let stage = try await ComfyUIStage([.waiting(ahead: 2), .waiting(ahead: 1), .running, .running, .finished])
        let painted = try await stage.paint()
        #expect(painted.text == "a picture")
        #expect(painted.seed == 4_294_967_295)
        #expect(painted.substitute == nil)
        #expect(
            stage.asked == [
                "GET /object_info/KSampler", "GET /models/checkpoints", "POST /prompt", "GET /history/id", "GET /queue",
                "GET /history/id",
                "GET /queue", "GET /history/id", "GET /queue", "GET /history/id", "GET /queue", "GET /history/id", "GET /view",
                "POST /history",
            ])
        let view = try #require(stage.upstream.requests.first { $0.target.hasPrefix("/view") })
        #expect(view.target == "/view?filename=ComfyUI_temp_qz%20%C3%A9_00001_.png&subfolder=a%2Fb&type=temp")
        #expect(stage.script.now.forgotten == [stage.script.now.id])
        #expect(stage.upstream.requests.allSatisfy { $0[header: "origin"] == nil && $0[header: "authorization"] == nil })
        await stage.upstream.stop()
    }

    @Test func `tells a progress that grows`() async throws {
        let stage = try await ComfyUIStage([.waiting(ahead: 1), .running, .running, .running, .running, .finished])
        _ = try await stage.paint()
        #expect(stage.heard.all.count == 4)
        #expect(stage.heard.all == stage.heard.all.sorted())
        #expect(stage.heard.all.allSatisfy { (0...1).contains($0) })
        await stage.upstream.stop()
    }

    @Test func `asks a job by the name the server gave it`() async throws {
        let stage = try await ComfyUIStage([.running, .finished]) { $0.takesNames = false }
        #expect(try await stage.paint().text == "a picture")
        #expect(stage.upstream.requests.contains { $0.target == "/history/its-own-name" })
        #expect(stage.script.now.forgotten == ["its-own-name"])
        await stage.upstream.stop()
    }

    @Test func `names each job anew, by a UUID`() async throws {
        let stage = try await ComfyUIStage([.finished])
        var ids: Set<String> = []
        for _ in 0..<3 {
            _ = try await stage.paint()
            ids.insert(try #require(stage.script.now.id))
        }
        #expect(ids.count == 3)
        let form = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
        #expect(ids.allSatisfy { $0.wholeMatch(of: form) != nil })
        #expect(stage.count("GET /models/checkpoints") == 1, "names are listed once")
        await stage.upstream.stop()
    }

    @Test func `shows a proxy its credentials`() async throws {
        let key = try #require(Secret("proxy-canary-123"))
        let stage = try await ComfyUIStage([.finished], options: { $0.credentials = .bearer(key) })
        _ = try await stage.paint()
        #expect(stage.upstream.requests.allSatisfy { $0[header: "authorization"] == "Bearer proxy-canary-123" })
        await stage.upstream.stop()
    }

    // MARK: Names

    @Test func `reads the names of servers old and new`() async throws {
        for (listsModels, describesNewly) in [(true, false), (true, true), (false, false), (false, true)] {
            let stage = try await ComfyUIStage([.finished]) {
                $0.listsModels = listsModels
                $0.describesNewly = describesNewly
            }
            #expect(try await stage.paint(ComfyUIStage.order(model: "sub/beta.safetensors")).text == "a picture")
            await stage.upstream.stop()
        }
    }

    @Test func `refuses a name that is not listed, before anything is submitted`() async throws {
        let stage = try await ComfyUIStage([.finished]) { $0.samplers.remove("heun") }
        for order in [ComfyUIStage.order(model: "gamma.safetensors"), ComfyUIStage.order { $0.scheduler = .heun }] {
            #expect(await stage.failure(order)?.kind == .refused)
        }
        #expect(stage.count("POST /prompt") == 0)
        await stage.upstream.stop()
    }

    @Test func `looks for a name again that may have been put there since`() async throws {
        let stage = try await ComfyUIStage([.finished]) { request, state in
            if request.method == "POST", request.target == "/prompt" { state.checkpoints.append("gamma.safetensors") }
            return nil
        }
        #expect(await stage.failure() == nil)
        #expect(await stage.failure(ComfyUIStage.order(model: "gamma.safetensors")) == nil)
        #expect(stage.count("GET /models/checkpoints") == 2)
        await stage.upstream.stop()
    }

    @Test func `lists the names again after a failure`() async throws {
        let stage = try await ComfyUIStage([.failed(exception: "ValueError")])
        for expected in 1...2 {
            #expect(await stage.failure()?.kind == .broken)
            #expect(stage.count("GET /models/checkpoints") == expected)
        }
        await stage.upstream.stop()
    }

    // MARK: What can go wrong

    @Test(arguments: [
        (
            400,
            #"{"error":{"type":"prompt_outputs_failed_validation","message":"a prompt's words","details":""},"#
                + #""node_errors":{"4":{"errors":[{"type":"value_not_in_list","details":"a prompt's words"}]}}}"#,
            ImageFailure.Kind.refused, "prompt_outputs_failed_validation, value_not_in_list at 4"
        ),
        (400, "<html>", .refused, "without a reason"), (413, "", .refused, "413"), (401, "", .broken, "401"),
        (403, "", .broken, "403"),
        (404, "404: Not Found", .broken, "404"), (429, "", .busy, "429"), (500, "500 Internal Server Error", .broken, "500"),
        (502, "", .lost, "502"), (503, "", .busy, "503"), (504, "", .timedOut, "504"), (200, "{", .wrongResult, "not JSON"),
        (200, #"{"prompt_id":"../x y"}"#, .wrongResult, "prompt_id"), (200, #"{"prompt_id":".."}"#, .wrongResult, "prompt_id"),
        (302, "", .broken, "302"),
    ])
    func `says why a job was not taken`(status: Int, body: String, kind: ImageFailure.Kind, words: String) async throws {
        let stage = try await ComfyUIStage([.gone]) { request, _ in
            request.target == "/prompt" ? .json(body, status: status, headers: [("retry-after", "3")]) : nil
        }
        let failure = await stage.failure()
        #expect(failure?.kind == kind)
        #expect(failure?.detail.contains(words) == true, "\(failure?.detail ?? "")")
        #expect(failure?.detail.contains("prompt's") == false)
        if kind == .busy { #expect(failure?.retryAfterMilliseconds == 3000) }
        await stage.upstream.stop()
    }

    @Test(arguments: [
        ([ComfyUIScript.Phase.running, .failed(exception: "torch.OutOfMemoryError")], ImageFailure.Kind.broken, "out of memory"),
        ([.running, .failed(exception: "RuntimeError")], .broken, "RuntimeError at KSampler"),
        ([.running, .interrupted], .broken, "interrupted"), ([.running, .gone], .lost, "knows nothing"),
        ([.waiting(ahead: 0), .gone], .lost, "knows nothing"), ([.gone], .lost, "knows nothing"),
    ])
    func `says how a job failed`(phases: [ComfyUIScript.Phase], kind: ImageFailure.Kind, words: String) async throws {
        let stage = try await ComfyUIStage(phases)
        let failure = await stage.failure()
        #expect(failure?.kind == kind)
        #expect(failure?.detail.contains(words) == true, "\(failure?.detail ?? "")")
        #expect(failure?.detail.contains("words of a prompt") == false)
        #expect(stage.script.now.forgotten == [stage.script.now.id])
        await stage.upstream.stop()
    }

    @Test func `loses the job of a server that is started anew, after its silence`() async throws {
        let stage = try await ComfyUIStage([.running]) { request, state in
            guard request.number > 8 else { return nil }
            if request.number < 12 { return ScriptedAnswer([.reset]) }
            state.restart()
            return nil
        }
        let failure = await stage.failure()
        #expect(failure?.kind == .lost)
        #expect(failure?.detail.contains("knows nothing") == true)
        await stage.upstream.stop()
    }

    @Test func `outlasts a server that is silent for a while`() async throws {
        let stage = try await ComfyUIStage([.running, .running, .running, .finished]) { request, _ in
            (6..<10).contains(request.number) ? ScriptedAnswer([.close]) : nil
        }
        #expect(try await stage.paint().text == "a picture")
        await stage.upstream.stop()
    }

    @Test func `gives up a server that is gone for good`() async throws {
        let stage = try await ComfyUIStage(
            [.running], prepare: { _ in }, options: { $0.goodbyeTime = .milliseconds(50) },
            intercept: { request, _ in request.number > 6 ? ScriptedAnswer([.reset]) : nil })
        #expect(await stage.failure()?.kind == .lost)
        await stage.upstream.stop()
    }

    @Test func `waits for a history that comes after the queue has let go`() async throws {
        let stage = try await ComfyUIStage([.running, .gone, .gone, .finished], options: { $0.graceTime = .seconds(20) })
        #expect(try await stage.paint().text == "a picture")
        await stage.upstream.stop()
    }

    /// The answer of the first attempt lies in the history when the second is asked for: it is another job's.
    @Test func `never takes what became of an earlier attempt for its own`() async throws {
        let stage = try await ComfyUIStage([.running, .running, .finished]) { request, state in
            guard request.target.hasPrefix("/history/") else { return nil }
            guard case .running = state.phase else { return nil }
            let image = #"{"filename":"late.png","subfolder":"","type":"temp"}"#
            return .json(
                #"{"earlier":{"outputs":{"9":{"images":[\#(image)]}},"status":{"status_str":"success","completed":true}}}"#)
        }
        #expect(try await stage.paint().text == "a picture")
        #expect(!stage.upstream.requests.contains { $0.target.contains("late.png") })
        await stage.upstream.stop()
    }

    @Test(arguments: [(404, ""), (200, ""), (403, "no")])
    func `has no picture when the file is gone`(status: Int, body: String) async throws {
        let stage = try await ComfyUIStage([.finished]) { request, _ in
            request.target.hasPrefix("/view") ? .body(body, status: status, type: "image/png") : nil
        }
        #expect(await stage.failure()?.kind == .wrongResult)
        await stage.upstream.stop()
    }

    @Test func `has its picture although the history cannot be cleaned`() async throws {
        let stage = try await ComfyUIStage([.finished]) { request, _ in
            request.method == "POST" && request.target == "/history" ? .json("{}", status: 500) : nil
        }
        #expect(try await stage.paint().text == "a picture")
        await stage.upstream.stop()
    }

    // MARK: Giving up

    private func cancelled(_ stage: ComfyUIStage, when isReached: @escaping @Sendable (ScriptedUpstream.Log) -> Bool) async
        -> ImageFailure?
    {
        let painting = Task { await stage.failure() }
        #expect(await stage.upstream.wait(until: isReached))
        painting.cancel()
        return await painting.value
    }

    @Test func `takes a job that waits out of the queue`() async throws {
        let stage = try await ComfyUIStage([.waiting(ahead: 1)])
        let failure = await cancelled(stage) { $0.requests.contains { $0.target == "/queue" } }
        #expect(failure?.kind == .cancelled)
        let state = stage.script.now
        #expect(state.deleted == [state.id])
        #expect(state.interrupted.isEmpty)
        #expect(state.forgotten == [state.id])
        await stage.upstream.stop()
    }

    @Test func `stops a job that is worked on, once, and waits until it is over`() async throws {
        let stage = try await ComfyUIStage([.running])
        let failure = await cancelled(stage) { $0.requests.contains { $0.target == "/queue" } }
        #expect(failure?.kind == .cancelled)
        let state = stage.script.now
        #expect(state.interrupted == [state.id])
        #expect(state.deleted.isEmpty)
        #expect(state.forgotten == [state.id])
        await stage.upstream.stop()
    }

    @Test func `stops a job that takes too long`() async throws {
        let stage = try await ComfyUIStage([.running], options: { $0.paintTime = .zero })
        #expect(await stage.failure()?.kind == .timedOut)
        #expect(stage.script.now.interrupted == [stage.script.now.id])
        await stage.upstream.stop()
    }

    @Test func `never interrupts another's job`() async throws {
        // By the time it is told to stop, the server has forgotten ours and works on another.
        let stage = try await ComfyUIStage([.running]) { request, state in
            guard request.target == "/queue", request.method == "GET", request.number > 6 else { return nil }
            state.restart()
            return .json(#"{"queue_running":[[9,"another",{},{},[]]],"queue_pending":[]}"#)
        }
        _ = await cancelled(stage) { $0.requests.count > 6 }
        #expect(stage.script.now.interrupted.isEmpty)
        await stage.upstream.stop()
    }

    /// The server took the job and its answer never came: the job is found by who submitted it.
    @Test(arguments: [true, false])
    func `gives up a job whose submission was not answered`(takesNames: Bool) async throws {
        let stage = try await ComfyUIStage([.waiting(ahead: 3)]) { request, state in
            state.takesNames = takesNames
            guard request.target == "/prompt" else { return nil }
            _ = state.answer(to: request)
            return ScriptedAnswer([.send(ByteBuffer(string: "HTTP/1.1 200 OK\r\n")), .close])
        }
        #expect(await stage.failure()?.kind == .lost)
        let state = stage.script.now
        #expect(state.deleted == [state.id])
        await stage.upstream.stop()
    }

    @Test func `gives up a job although the server does not answer at first`() async throws {
        // The sixth question is the first of the goodbye; a client asks once more where a connection it used before is cut.
        let stage = try await ComfyUIStage(
            [.running], prepare: { _ in }, options: { $0.paintTime = .zero },
            intercept: { request, _ in
                (6...7).contains(request.number) ? ScriptedAnswer([.reset]) : nil
            })
        #expect(await stage.failure()?.kind == .timedOut)
        #expect(stage.script.now.interrupted == [stage.script.now.id])
        #expect(stage.upstream.requests[5].target == "/queue")
        await stage.upstream.stop()
    }

    @Test func `hears the cancelling while it submits`() async throws {
        let stage = try await ComfyUIStage([.waiting(ahead: 3)]) { request, state in
            guard request.target == "/prompt" else { return nil }
            _ = state.answer(to: request)
            return .silence
        }
        let failure = await cancelled(stage) { $0.requests.contains { $0.target == "/prompt" } }
        #expect(failure?.kind == .cancelled)
        #expect(stage.script.now.deleted == [stage.script.now.id])
        await stage.upstream.stop()
    }

    // MARK: Checking

    @Test func `says who the server is and what it has`() async throws {
        let stage = try await ComfyUIStage([.gone])
        let report = await stage.engine.check()
        #expect(report.usable)
        #expect(report.summary == "http://127.0.0.1:\(stage.upstream.port): ComfyUI 0.3.64, 2 checkpoints")
        #expect(report.latencyMilliseconds != nil)
        await stage.upstream.stop()
    }

    @Test(arguments: [
        ("/system_stats", ScriptedAnswer.json("{}"), "base URL"), ("/system_stats", .json("<html>"), "not JSON"),
        ("/system_stats", .json("", status: 401), "401"), ("/models/checkpoints", .json("[]"), "0 checkpoints"),
        ("/object_info/KSampler", .json("{}"), "no list of samplers"), ("/system_stats", ScriptedAnswer([.close]), "closed"),
        (
            "/object_info/KSampler",
            .json(#"{"KSampler":{"input":{"required":{"sampler_name":[["euler"]],"scheduler":[["normal"]]}}}}"#),
            "without the samplers dpm_2, dpm_2_ancestral"
        ),
    ])
    func `says what is wrong with it`(target: String, answer: ScriptedAnswer, words: String) async throws {
        let stage = try await ComfyUIStage([.gone]) { request, _ in request.target == target ? answer : nil }
        let report = await stage.engine.check()
        #expect(!report.usable)
        #expect(report.summary.contains(words), "\(report.summary)")
        await stage.upstream.stop()
    }
}
