import Inference
import NIOCore
import Synchronization
import TestKit
import Wire

@testable import Engines

/// What a ComfyUI server with one job answers: in its formats, going through the phases a test names, one with each look at its
/// queue.
final class ComfyUIScript: Sendable {
    enum Phase: Sendable {
        /// Behind so many others.
        case waiting(ahead: Int)
        case running
        case finished
        case failed(exception: String)
        case interrupted
        /// In neither the queue nor the history.
        case gone
    }

    struct State: Sendable {
        /// The last one stays.
        var phases: [Phase]
        var checkpoints: [JSONValue] = ["alpha.safetensors", "sub/beta.safetensors"]
        var samplers = Set(Scheduler.allCases.map { ComfyUISampler($0).name })
        /// Newer servers take our name for the job, older ones make one.
        var takesNames = true
        /// Older servers have no list of models.
        var listsModels = true
        /// Newer nodes describe their choices in another way.
        var describesNewly = false
        var picture = "a picture"
        /// What was submitted last.
        var body: JSONValue?
        var deleted: [String] = []
        var interrupted: [String] = []
        var forgotten: [String] = []

        var id: String? { takesNames ? body?["prompt_id"]?.string : body.map { _ in "its-own-name" } }
        var phase: Phase { phases.first ?? .gone }

        /// Everything a server that was started anew knows.
        mutating func restart() { phases = [.gone] }
    }

    typealias Intercept = @Sendable (ScriptedRequest, inout State) -> ScriptedAnswer?

    private let state: Mutex<State>
    /// Answers in the server's place where it says something.
    private let intercept: Intercept

    init(_ phases: [Phase], _ prepare: (inout State) -> Void, _ intercept: @escaping Intercept) {
        var state = State(phases: phases)
        prepare(&state)
        self.state = Mutex(state)
        self.intercept = intercept
    }

    var now: State { state.withLock { $0 } }

    func answer(to request: ScriptedRequest) -> ScriptedAnswer {
        state.withLock { state in intercept(request, &state) ?? state.answer(to: request) }
    }
}

extension ComfyUIScript.State {
    mutating func answer(to request: ScriptedRequest) -> ScriptedAnswer {
        let path = request.target.prefix { $0 != "?" }
        switch (request.method, path) {
        case ("GET", "/system_stats"): return .json(#"{"system":{"os":"posix","comfyui_version":"0.3.64"},"devices":[]}"#)
        case ("GET", "/object_info/KSampler"):
            let samplers = choice(samplers.sorted().map { .string($0) })
            return .json(node("KSampler", #""sampler_name":\#(samplers),"scheduler":\#(choice(["normal", "karras", "simple"]))"#))
        case ("GET", "/object_info/CheckpointLoaderSimple"):
            return .json(node("CheckpointLoaderSimple", #""ckpt_name":\#(choice(checkpoints))"#))
        case ("GET", "/models/checkpoints"):
            return listsModels
                ? .json(JSONValue.array(checkpoints).text) : .body("404: Not Found", status: 404, type: "text/plain")
        case ("POST", "/prompt"):
            body = try? JSONValue(parsing: request.text)
            return .json(#"{"prompt_id":"\#(id ?? "")","number":7,"node_errors":{}}"#)
        case ("GET", "/queue"): return .json(queue())
        case ("GET", _) where path.hasPrefix("/history/"): return .json(history(of: String(path.dropFirst("/history/".count))))
        case ("GET", "/view"): return .body(picture, type: "image/png")
        case ("POST", _): return change(String(path), (try? JSONValue(parsing: request.text)) ?? .null)
        default: return .body("404: Not Found", status: 404, type: "text/plain")
        }
    }

    private mutating func change(_ path: String, _ body: JSONValue) -> ScriptedAnswer {
        let ids = body["delete"]?.elements?.compactMap(\.string) ?? []
        switch path {
        case "/queue":
            deleted += ids
            if case .waiting = phase, ids == [id] { phases = [.gone] }
        case "/interrupt":
            interrupted.append(body["prompt_id"]?.string ?? "")
            if case .running = phase { phases = [.running, .interrupted] }
        case "/history": forgotten += ids
        default: return .body("404: Not Found", status: 404, type: "text/plain")
        }
        return .body("", type: "application/octet-stream")
    }

    private mutating func queue() -> String {
        let own = "[7,\"\(id ?? "")\",{\"3\":{}},{\"client_id\":\(body?["client_id"]?.text ?? "null")},[\"9\"]]"
        let phase = phase
        if phases.count > 1 { phases.removeFirst() }
        switch phase {
        case .waiting(let ahead):
            // A heap: in no order that says anything, with a job behind ours first.
            let others = (0..<ahead).map { "[\(6 - $0),\"other-\($0)\",{},{},[\"9\"]]" }
            let pending = ["[8,\"later\",{},{},[\"9\"]]", own] + others.dropFirst()
            return #"{"queue_running":[\#(others.prefix(1).joined())],"queue_pending":[\#(pending.joined(separator: ","))]}"#
        case .running: return #"{"queue_running":[\#(own)],"queue_pending":[[8,"later",{},{},["9"]]]}"#
        case .finished, .failed, .interrupted, .gone: return #"{"queue_running":[],"queue_pending":[]}"#
        }
    }

    private func history(of asked: String) -> String {
        guard asked == id, !forgotten.contains(asked) else { return "{}" }
        let start = #"["execution_start",{"prompt_id":"\#(asked)","timestamp":1790000000000}]"#
        switch phase {
        case .waiting, .running, .gone: return "{}"
        case .finished:
            let image = #"{"filename":"ComfyUI_temp_qz é_00001_.png","subfolder":"a/b","type":"temp"}"#
            return entry(
                asked, outputs: #"{"9":{"images":[\#(image)]}}"#,
                status: #"{"status_str":"success","completed":true,"messages":[\#(start)]}"#)
        case .failed(let exception):
            let data = """
                {"prompt_id":"\(asked)","node_id":"3","node_type":"KSampler","executed":["4"],"exception_message":"words of a prompt",\
                "exception_type":"\(exception)","traceback":["words of a prompt"],"current_inputs":{},"current_outputs":["4"]}
                """
            return entry(
                asked, outputs: "{}",
                status: #"{"status_str":"error","completed":false,"messages":[\#(start),["execution_error",\#(data)]]}"#)
        case .interrupted:
            let data = #"{"prompt_id":"\#(asked)","node_id":"3","node_type":"KSampler","executed":[]}"#
            return entry(
                asked, outputs: "{}",
                status: #"{"status_str":"error","completed":false,"messages":[\#(start),["execution_interrupted",\#(data)]]}"#)
        }
    }

    private func entry(_ id: String, outputs: String, status: String) -> String {
        #"{"\#(id)":{"prompt":[7,"\#(id)",{},{},["9"]],"outputs":\#(outputs),"status":\#(status),"meta":{}}}"#
    }

    private func node(_ name: String, _ inputs: String) -> String {
        #"{"\#(name)":{"input":{"required":{"model":["MODEL",{"tooltip":"t"}],\#(inputs)}},"output":["LATENT"]}}"#
    }

    private func choice(_ names: [JSONValue]) -> String {
        let list = JSONValue.array(names).text
        return describesNewly ? #"["COMBO",{"options":\#(list)}]"# : #"[\#(list),{"tooltip":"t"}]"#
    }
}
