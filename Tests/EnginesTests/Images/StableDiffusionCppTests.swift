import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Wire

@testable import Engines

/// stable-diffusion.cpp's names: at HEAD of 2026-08, and as 0.4.7 has them.
private let headSamplers = [
    "euler", "euler_a", "heun", "dpm2", "dpm++2s_a", "dpm++2m", "dpm++2mv2", "ipndm", "lcm", "er_sde", "dpm++2m_sde",
    "dpm++2m_sde_bt",
    "lms",
]
private let oldSamplers = ["euler", "euler_a", "heun", "dpm2", "dpm++2s_a", "dpm++2m", "dpm++2mv2", "ipndm", "lcm", "er_sde"]

private struct Named: Sendable {
    let scheduler: Scheduler
    let schedule: String
    /// nil: no version has the same algorithm.
    let head: String?
    let old: String?
    let nearest: String?

    init(_ scheduler: Scheduler, _ schedule: String, _ head: String?, old: String?, nearest: String? = nil) {
        self.scheduler = scheduler
        self.schedule = schedule
        self.head = head
        self.old = old
        self.nearest = nearest
    }
}

private let names: [Named] = [
    Named(.eulerA, "discrete", "euler_a", old: "euler_a"), Named(.euler, "discrete", "euler", old: "euler"),
    Named(.lms, "discrete", "lms", old: nil, nearest: "dpm++2m"), Named(.heun, "discrete", "heun", old: "heun"),
    Named(.dpm2, "discrete", "dpm2", old: "dpm2"), Named(.dpm2A, "discrete", nil, old: nil, nearest: "dpm2"),
    Named(.dpmPP2SA, "discrete", "dpm++2s_a", old: "dpm++2s_a"), Named(.dpmPP2M, "discrete", "dpm++2m", old: "dpm++2m"),
    Named(.dpmPPSDE, "discrete", nil, old: nil, nearest: "dpm++2s_a"),
    Named(.dpmPP2MSDE, "discrete", "dpm++2m_sde_bt", old: nil, nearest: "dpm++2m"),
    Named(.dpmFast, "discrete", nil, old: nil, nearest: "dpm++2m"),
    Named(.lmsKarras, "karras", "lms", old: nil, nearest: "dpm++2m"),
    Named(.dpm2Karras, "karras", "dpm2", old: "dpm2"), Named(.dpm2AKarras, "karras", nil, old: nil, nearest: "dpm2"),
    Named(.dpmPP2SAKarras, "karras", "dpm++2s_a", old: "dpm++2s_a"), Named(.dpmPP2MKarras, "karras", "dpm++2m", old: "dpm++2m"),
    Named(.dpmPPSDEKarras, "karras", nil, old: nil, nearest: "dpm++2s_a"),
    Named(.dpmPP2MSDEKarras, "karras", "dpm++2m_sde_bt", old: nil, nearest: "dpm++2m"),
]

private enum GivenCpp {
    static let job = "job_68f0_00000001"
    static let submission = "POST /sdcpp/v1/img_gen"
    static let look = "GET /sdcpp/v1/jobs/\(job)"
    static let cancel = "POST /sdcpp/v1/jobs/\(job)/cancel"

    static func capabilities(
        _ samplers: [String] = headSamplers, model: String = "realvis.safetensors", modes: String = #"["img_gen"]"#
    )
        -> ScriptedAnswer
    {
        let list = samplers.map { "\"\($0)\"" }.joined(separator: ",")
        return .json(
            #"{"model":{"name":"\#(model)","stem":"\#(model.prefix { $0 != "." })","path":"/models/\#(model)"},"current_mode":"img_gen","#
                + #""supported_modes":\#(modes),"samplers":[\#(list)],"schedulers":["discrete","normal","karras","exponential"],"#
                + #""limits":{"min_width":64,"max_width":1280,"min_height":64,"max_height":4096,"max_batch_count":8,"max_queue_size":64}}"#
        )
    }

    static func state(_ status: String, position: Int = 0, result: String = "null", error: String = "null") -> ScriptedAnswer {
        .json(
            #"{"id":"\#(job)","kind":"img_gen","status":"\#(status)","created":1,"started":null,"completed":null,"#
                + #""queue_position":\#(position),"result":\#(result),"error":\#(error)}"#)
    }

    static let completed = state(
        "completed", result: #"{"output_format":"png","images":[{"index":0,"b64_json":"\#(GivenImages.pngText)"}]}"#)

    /// - Parameter looks: what a look at the job finds, one after the other, the last one for good.
    static func start(
        _ looks: [ScriptedAnswer] = [completed], change: (inout [String: ScriptedEngineServer.Route]) -> Void = { _ in }
    ) async throws -> ScriptedEngineServer {
        let count = Counter()
        var routes: [String: ScriptedEngineServer.Route] = [
            "GET /sdcpp/v1/capabilities": { _ in capabilities() },
            submission: { _ in
                .json(
                    #"{"id":"\#(job)","kind":"img_gen","status":"queued","created":1,"poll_url":"/sdcpp/v1/jobs/\#(job)"}"#,
                    status: 202)
            },
            look: { _ in looks[min(count.next(), looks.count - 1)] },
            cancel: { _ in state("cancelled") },
        ]
        change(&routes)
        return try await ScriptedEngineServer.start(routes)
    }

    static func engine(
        _ server: ScriptedEngineServer, _ change: (inout StableDiffusionOptions) -> Void = { _ in }
    ) throws -> StableDiffusionCppEngine {
        var options = try StableDiffusionOptions(name: "cpp", baseURL: server.baseURL)
        options.pollTime = .milliseconds(10)
        options.askTime = .seconds(5)
        options.paintTime = .seconds(20)
        change(&options)
        return try StableDiffusionCppEngine(options, group: MultiThreadedEventLoopGroup.singleton)
    }

    static func order(_ scheduler: Scheduler = .eulerA) -> ImageOrder { GivenImages.order(scheduler, model: "realvis") }
}

@Suite struct `An engine for stable-diffusion-cpp` {
    @Test func `submits what was ordered, waits and brings the picture`() async throws {
        let server = try await GivenCpp.start([
            GivenCpp.state("queued", position: 2), GivenCpp.state("queued", position: 1), GivenCpp.state("generating"),
            GivenCpp.completed,
        ])
        let order = GivenImages.order(
            .dpmPP2MKarras, model: "realvis.safetensors", prompt: "<lora:x:1>fox <sd_cpp_extra_args>{}</sd_cpp_extra_args>",
            negative: "blurry", width: 1000, height: 256, steps: 8, cfgHundredths: 105, seed: 7)
        let heard = HeardProgress()
        let painted = try await GivenCpp.engine(server).paint(order) { heard.hear($0) }
        #expect(painted.file == GivenImages.png)
        #expect(painted.seed == 7)
        #expect(painted.substitute == nil)
        #expect(heard.values == [0])
        let request = try #require(server.requests(to: GivenCpp.submission).first)
        #expect(request.text.contains(#""guidance":{"txt_cfg":1.05}"#))
        let body = try JSONValue(parsing: request.body)
        #expect(body["prompt"] == " lora:x:1>fox  sd_cpp_extra_args>{} /sd_cpp_extra_args>")
        #expect(body["negative_prompt"] == "blurry")
        #expect(body["width"] == 1024 && body["height"] == 256 && body["seed"] == 7 && body["batch_count"] == 1)
        #expect(body["sample_params"]?["sample_method"] == "dpm++2m" && body["sample_params"]?["scheduler"] == "karras")
        #expect(body["sample_params"]?["sample_steps"] == 8)
        #expect(body["output_format"] == "png" && body["embed_image_metadata"] == false)
        #expect(server.requests(to: GivenCpp.look).count == 4)
        // The routes that read directives are never touched.
        #expect(server.upstream.requests.allSatisfy { $0.target.hasPrefix("/sdcpp/v1/") })
        await server.upstream.stop()
    }

    @Test(arguments: names, [true, false])
    fileprivate func `names each scheduler as this version does`(named: Named, isHead: Bool) async throws {
        let samplers = isHead ? headSamplers : oldSamplers
        let same = isHead ? named.head : named.old
        for strict in [true, false] {
            let server = try await GivenCpp.start { $0["GET /sdcpp/v1/capabilities"] = { _ in GivenCpp.capabilities(samplers) } }
            let engine = try GivenCpp.engine(server) { $0.strictScheduler = strict }
            var painted: PaintedImage?
            var failure: ImageFailure?
            do throws(ImageFailure) { painted = try await engine.paint(GivenCpp.order(named.scheduler)) { _ in } } catch {
                failure = error
            }
            let body = try server.requests(to: GivenCpp.submission).first.map { try JSONValue(parsing: $0.body) }
            await server.upstream.stop()
            if let expected = same ?? (strict ? nil : named.nearest) {
                #expect(body?["sample_params"]?["sample_method"]?.string == expected)
                #expect(body?["sample_params"]?["scheduler"]?.string == named.schedule)
                #expect(painted != nil && painted?.substitute == (same == nil ? "\(expected), \(named.schedule)" : nil))
            } else {
                #expect(failure?.kind == .refused && body == nil)
            }
        }
    }

    @Test func `knows all eighteen`() { #expect(names.map(\.scheduler) == Scheduler.allCases) }

    @Test(arguments: ["realvis2", "", "/models/realvis.safetensors"])
    func `refuses another model than the loaded one`(model: String) async throws {
        let server = try await GivenCpp.start()
        let failure = await GivenImages.failure(of: try GivenCpp.engine(server), at: GivenImages.order(model: model))
        #expect(failure?.kind == .refused)
        #expect(server.requests(to: GivenCpp.submission).isEmpty)
        await server.upstream.stop()
    }

    @Test func `refuses a size beyond the server's`() async throws {
        let server = try await GivenCpp.start()
        let order = GivenImages.order(model: "realvis", width: 1281)
        let failure = await GivenImages.failure(of: try GivenCpp.engine(server), at: order)
        #expect(failure == ImageFailure(.refused, detail: "the server makes no pictures of 1344x1024"))
        await server.upstream.stop()
    }

    @Test(arguments: [
        (ScriptedAnswer.json(#"{"error":"job queue is full"}"#, status: 429), ImageFailure.Kind.busy),
        (.json(#"{"error":"invalid generation parameters"}"#, status: 400), .refused),
        (.json(#"{"error":"server_error"}"#, status: 500), .broken), (.json("{}", status: 202), .broken),
        (ScriptedAnswer([.reset]), .lost), (.json("nonsense", status: 202), .broken),
    ])
    func `understands a submission that fails`(answer: ScriptedAnswer, kind: ImageFailure.Kind) async throws {
        let server = try await GivenCpp.start { $0[GivenCpp.submission] = { _ in answer } }
        #expect(await GivenImages.failure(of: try GivenCpp.engine(server), at: GivenCpp.order())?.kind == kind)
        await server.upstream.stop()
    }

    @Test(arguments: [
        (ScriptedAnswer.json(#"{"error":"job not found"}"#, status: 404), ImageFailure.Kind.lost),
        (.json(#"{"error":"job expired"}"#, status: 410), .lost),
        (GivenCpp.state("failed", error: #"{"code":"generation_failed","message":"secret prompt"}"#), .broken),
        (GivenCpp.state("cancelled", error: #"{"code":"cancelled","message":"job cancelled by client"}"#), .lost),
        (GivenCpp.state("completed"), .wrongResult), (GivenCpp.state("completed", result: #"{"images":[]}"#), .wrongResult),
        (GivenCpp.state("completed", result: #"{"images":[{"index":0,"b64_json":"bm90IGEgcGljdHVyZQ=="}]}"#), .wrongResult),
        (GivenCpp.state("dreaming"), .broken), (.json("[]"), .broken), (ScriptedAnswer([.close]), .lost),
        (.json("{}", status: 503), .busy),
    ])
    func `understands a job that comes to nothing`(answer: ScriptedAnswer, kind: ImageFailure.Kind) async throws {
        let server = try await GivenCpp.start([GivenCpp.state("generating"), answer])
        let failure = try #require(await GivenImages.failure(of: try GivenCpp.engine(server), at: GivenCpp.order()))
        #expect(failure.kind == kind, "\(failure)")
        #expect(!failure.detail.contains("secret"))
        await server.upstream.stop()
    }

    @Test func `loses a job whose server goes`() async throws {
        let server = try await GivenCpp.start([GivenCpp.state("generating")])
        let engine = try GivenCpp.engine(server)
        let painting = Task { await GivenImages.failure(of: engine, at: GivenCpp.order()) }
        #expect(await server.wait(for: GivenCpp.look, times: 2))
        await server.upstream.stop()
        #expect(await painting.value?.kind == .lost)
    }

    @Test func `takes a waiting job back when it is given up`() async throws {
        let server = try await GivenCpp.start([GivenCpp.state("queued", position: 3)])
        let engine = try GivenCpp.engine(server)
        let painting = Task { await GivenImages.failure(of: engine, at: GivenCpp.order()) }
        #expect(await server.wait(for: GivenCpp.look))
        painting.cancel()
        #expect(await painting.value?.kind == .cancelled)
        #expect(server.requests(to: GivenCpp.cancel).count == 1)
        await server.upstream.stop()
    }

    @Test func `takes a job back that was given up while it was submitted`() async throws {
        let gate = MultiThreadedEventLoopGroup.gate()
        let server = try await GivenCpp.start {
            $0[GivenCpp.submission] = { _ in
                ScriptedAnswer([.wait(gate.futureResult)] + ScriptedAnswer.json(#"{"id":"\#(GivenCpp.job)"}"#, status: 202).steps)
            }
        }
        let engine = try GivenCpp.engine(server)
        let painting = Task { await GivenImages.failure(of: engine, at: GivenCpp.order()) }
        #expect(await server.wait(for: GivenCpp.submission))
        painting.cancel()
        gate.succeed()
        #expect(await painting.value?.kind == .cancelled)
        #expect(server.requests(to: GivenCpp.cancel).count == 1)
        await server.upstream.stop()
    }

    @Test func `bears that a job being painted cannot be stopped`() async throws {
        let server = try await GivenCpp.start([GivenCpp.state("generating")]) {
            $0[GivenCpp.cancel] = { _ in .json(#"{"error":"job is currently generating"}"#, status: 409) }
        }
        let engine = try GivenCpp.engine(server) { $0.paintTime = .milliseconds(50) }
        #expect(await GivenImages.failure(of: engine, at: GivenCpp.order())?.kind == .timedOut)
        #expect(server.requests(to: GivenCpp.cancel).count == 1)
        await server.upstream.stop()
    }

    @Test func `asks for the capabilities again after a failure, and only then`() async throws {
        let server = try await GivenCpp.start([
            GivenCpp.completed, GivenCpp.completed, GivenCpp.state("failed"), GivenCpp.completed,
        ])
        let engine = try GivenCpp.engine(server)
        for kind in [nil, nil, ImageFailure.Kind.broken, nil] {
            #expect(await GivenImages.failure(of: engine, at: GivenCpp.order())?.kind == kind)
        }
        #expect(server.requests(to: "GET /sdcpp/v1/capabilities").count == 2)
        await server.upstream.stop()
    }

    @Suite struct `Checking a server` {
        @Test(arguments: [
            (ScriptedAnswer.json("{}", status: 404), "is it sd-server"), (.json("{}"), "not those of sd-server"),
            (.json("<html>"), "not with JSON"), (GivenCpp.capabilities(modes: #"["vid_gen"]"#), "makes no pictures"),
            (ScriptedAnswer([.close]), "closed"),
        ])
        func `says what is wrong`(answer: ScriptedAnswer, words: String) async throws {
            let server = try await GivenCpp.start { $0["GET /sdcpp/v1/capabilities"] = { _ in answer } }
            let report = await (try GivenCpp.engine(server)).check()
            #expect(!report.usable)
            #expect(report.summary.contains(words), "\(report.summary)")
            await server.upstream.stop()
        }

        @Test func `says what it has loaded and what it lacks`() async throws {
            let server = try await GivenCpp.start()
            let report = await (try GivenCpp.engine(server)).check()
            #expect(report.usable)
            #expect(
                report.summary.hasSuffix(
                    ": model realvis.safetensors, lacks DPM2 a, DPM++ SDE, DPM fast, DPM2 a Karras, DPM++ SDE Karras"),
                "\(report.summary)")
            await server.upstream.stop()
        }
    }
}
