import Inference
import NIOCore
import NIOPosix
import TestKit
import Wire

@testable import Engines

/// Servers of AUTOMATIC1111's kind, in the forms they have.
enum GivenWebUI {
    enum Version: CaseIterable, Sendable {
        /// 1.8.
        case joined
        /// 1.9.0: split, without a list of schedules.
        case splitUnlisted
        /// 1.9.1 to 1.10, Forge.
        case split
        case sdNext
    }

    static let model = "RealVisXL_V4.0_Lightning.safetensors"
    static let title = "RealVisXL_V4.0_Lightning.safetensors [0aec8a1f5b]"
    static let otherTitle = "juggernaut.safetensors [1234567890]"

    static func start(
        _ version: Version = .split, change: (inout [String: ScriptedEngineServer.Route]) -> Void = { _ in },
        echo: @escaping @Sendable (inout Echo) -> Void = { _ in }
    ) async throws -> ScriptedEngineServer {
        var routes = lists(version)
        routes["POST /sdapi/v1/txt2img"] = { answer(to: $0, echo) }
        routes["GET /sdapi/v1/progress"] = { _ in state() }
        change(&routes)
        return try await ScriptedEngineServer.start(routes)
    }

    static func engine(
        _ server: ScriptedEngineServer, _ change: (inout StableDiffusionOptions) -> Void = { _ in }
    ) throws -> StableDiffusionWebUIEngine {
        var options = try StableDiffusionOptions(name: "webui", baseURL: server.baseURL)
        options.pollTime = .milliseconds(10)
        options.askTime = .seconds(5)
        options.paintTime = .seconds(20)
        change(&options)
        return try StableDiffusionWebUIEngine(options, group: MultiThreadedEventLoopGroup.singleton)
    }

    static func order(_ scheduler: Scheduler = .eulerA, prompt: String = "a red fox", width: Int = 1024, steps: Int = 4)
        -> ImageOrder
    {
        GivenImages.order(scheduler, model: model, prompt: prompt, width: width, steps: steps)
    }

    // MARK: Lists

    static func lists(_ version: Version) -> [String: ScriptedEngineServer.Route] {
        var lists: [String: ScriptedEngineServer.Route] = [
            "GET /sdapi/v1/sd-models": { _ in .json(models) }, "GET /sdapi/v1/samplers": { _ in .json(samplers(version)) },
        ]
        if version == .split {
            lists["GET /sdapi/v1/schedulers"] = { _ in
                .json(
                    #"[{"name":"automatic","label":"Automatic"},{"name":"uniform","label":"Uniform","need_inner_model":true},"#
                        + #"{"name":"karras","label":"Karras","default_rho":7.0},{"name":"sgm_uniform","label":"SGM Uniform"}]"#)
            }
        }
        if version == .sdNext {
            lists["GET /sdapi/v1/schedulers"] = { _ in .json(#"[{"name":"Euler","cls":"EulerDiscreteScheduler","options":{}}]"#) }
        }
        return lists
    }

    private static let models = """
        [{"title":"\(otherTitle)","model_name":"juggernaut","hash":"1234567890","sha256":null,"filename":"/m/juggernaut.safetensors"},
        {"title":"\(title)","model_name":"RealVisXL_V4.0_Lightning","hash":"0aec8a1f5b","sha256":"0aec8a1f5b00aa11","filename":"/m/x/\(model)"},
        {"title":"sub/new.safetensors","model_name":"sub_new","hash":null,"sha256":null,"filename":"C:\\\\models\\\\sub\\\\new.safetensors"},
        {"title":"evil\\u001B[2J","model_name":"x","hash":null,"sha256":null,"filename":"/m/x"}]
        """

    private static func samplers(_ version: Version) -> String {
        let names: [String] =
            switch version {
            case .joined: Scheduler.allCases.map(\.rawValue) + ["DDIM"]
            case .split, .splitUnlisted: Scheduler.allCases.filter { !$0.isKarras }.map(\.rawValue) + ["DDIM"]
            case .sdNext:
                [
                    "Euler a", "Euler", "LMSD", "Heun", "KDPM2", "KDPM2 a", "DPM++ 1S", "DPM++ 2M", "DPM SDE", "DPM++ SDE",
                    "DPM++ 2M SDE",
                ]
            }
        return "[" + names.map { #"{"name":"\#($0)","aliases":[],"options":{}}"# }.joined(separator: ",") + "]"
    }

    // MARK: Answers

    /// What the server says it did.
    struct Echo: Sendable {
        var members: [String: JSONValue]
        var images: [String] = [GivenImages.pngText]
        /// Instead of the members.
        var info: JSONValue?
    }

    static func answer(to request: ScriptedRequest, _ change: @Sendable (inout Echo) -> Void) -> ScriptedAnswer {
        guard let asked = try? JSONValue(parsing: request.body) else { return .json("{}", status: 422) }
        var echo = Echo(members: [
            "sd_model_name": "RealVisXL_V4.0_Lightning", "sd_model_hash": "0aec8a1f5b",
            "sampler_name": asked["sampler_name"] ?? .null, "steps": asked["steps"] ?? .null, "width": asked["width"] ?? .null,
            "height": asked["height"] ?? .null, "seed": asked["seed"] ?? .null, "infotexts": ["a red fox\nSteps: 4"],
            "extra_generation_params": asked["scheduler"].map { ["Schedule type": $0] } ?? [:],
        ])
        change(&echo)
        let info = echo.members.sorted { $0.key < $1.key }.map { JSONMember(key: $0.key, value: $0.value) }
        let answer: JSONValue = [
            "images": .array(echo.images.map { .string($0) }), "parameters": asked,
            "info": echo.info ?? .string(JSONValue.object(info).text),
        ]
        return .json(answer.text)
    }

    static func state(progress: Double = 0, interrupted: Bool = false) -> ScriptedAnswer {
        .json(
            #"{"progress":\#(progress),"eta_relative":0.0,"state":{"skipped":false,"interrupted":\#(interrupted),"job":"","#
                + #""job_count":0,"sampling_step":0},"current_image":null,"textinfo":null}"#)
    }

    static func task(active: Bool = false, queued: Bool = false, completed: Bool = false, progress: String = "null")
        -> ScriptedAnswer
    {
        .json(
            #"{"active":\#(active),"queued":\#(queued),"completed":\#(completed),"progress":\#(progress),"eta":null,"#
                + #""live_preview":null,"id_live_preview":-1,"textinfo":null}"#)
    }
}
