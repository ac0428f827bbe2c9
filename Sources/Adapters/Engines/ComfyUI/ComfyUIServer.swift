import Inference
import NIOCore
import Wire

/// A ComfyUI server as far as it is asked anything here. Source: https://github.com/Comfy-Org/ComfyUI/blob/master/server.py
///
/// No `origin` header is ever sent: on loopback it is answered with 403 when it is not the server's own.
struct ComfyUIServer: Sendable {
    let client: EngineClient

    /// - Returns: what the server calls the job: older ones choose the name themselves.
    /// - Throws: ``ImageFailure/Kind/refused`` when it will not have it.
    func submit(_ graph: ComfyUIGraph) async throws(ImageFailure) -> String {
        let answer = try await client.ask("POST", "/prompt", json: graph.body, deadline: ComfyUILimits.askTime)
        if answer.status == 400 || answer.status == 413 || answer.status == 422 {
            let words = (try? JSONValue(parsing: answer.body)).map(ComfyUIWords.refusal) ?? "without a reason"
            throw ImageFailure(.refused, detail: "POST /prompt: \(answer.status): \(words)")
        }
        let document = try Self.document(answer, of: "POST /prompt")
        guard let id = document["prompt_id"]?.string, (1...ComfyUILimits.fileNameBytesMax).contains(id.utf8.count),
            id.utf8.allSatisfy(\.mayStandInPath), !id.allSatisfy({ $0 == "." })
        else { throw ImageFailure(.wrongResult, detail: "POST /prompt: no prompt_id that can be asked for") }
        return id
    }

    func history(of id: String) async throws(ImageFailure) -> ComfyUIHistory {
        ComfyUIHistory(try await get("/history/\(id)"), id: id)
    }

    func queue(within deadline: TimeAmount = ComfyUILimits.askTime) async throws(ImageFailure) -> ComfyUIQueue {
        guard let queue = ComfyUIQueue(try await get("/queue", within: deadline)) else {
            throw ImageFailure(.wrongResult, detail: "GET /queue: no queue")
        }
        return queue
    }

    func view(_ file: ComfyUIFile) async throws(ImageFailure) -> [UInt8] {
        let answer = try await client.ask("GET", file.target, deadline: ComfyUILimits.viewTime)
        guard answer.status == 200, answer.body.readableBytes > 0 else {
            // The folder it lay in is emptied when the server starts.
            throw ImageFailure(.wrongResult, detail: "GET /view: \(answer.status), \(answer.body.readableBytes) bytes")
        }
        return Array(answer.body.readableBytesView)
    }

    /// Takes a job that waits out of the queue. One that is worked on, or unknown, is left alone.
    func dequeue(_ id: String) async throws(ImageFailure) { try await tell("/queue", ["delete": [.string(id)]]) }

    /// Stops the job if it is worked on. Servers before the end of 2025 stop whatever is worked on: ask the queue first.
    /// Source: https://github.com/Comfy-Org/ComfyUI/pull/9607
    func interrupt(_ id: String) async throws(ImageFailure) { try await tell("/interrupt", ["prompt_id": .string(id)]) }

    /// Takes what became of the job out of the history, which holds ten thousand with all their prompts.
    func forget(_ id: String) async throws(ImageFailure) { try await tell("/history", ["delete": [.string(id)]]) }

    func names() async throws(ImageFailure) -> ComfyUINames {
        let sampler = try await get("/object_info/KSampler")
        guard let samplers = ComfyUINames.choices(of: "sampler_name", at: "KSampler", in: sampler),
            let schedules = ComfyUINames.choices(of: "scheduler", at: "KSampler", in: sampler)
        else { throw ImageFailure(.wrongResult, detail: "GET /object_info/KSampler: no list of samplers") }
        return ComfyUINames(checkpoints: try await checkpoints(), samplers: samplers, schedules: schedules)
    }

    /// The version it says it is; nil where it says none.
    func version() async throws(ImageFailure) -> String? {
        let document = try await get("/system_stats")
        guard let system = document["system"] else {
            throw ImageFailure(.wrongResult, detail: "GET /system_stats: not what ComfyUI answers, is the base URL right?")
        }
        return ComfyUIWords.word(system["comfyui_version"])
    }

    /// Servers before the middle of 2024 have no list of models, but the node that loads them says what it can.
    private func checkpoints() async throws(ImageFailure) -> Set<String> {
        let answer = try await client.ask("GET", "/models/checkpoints", deadline: ComfyUILimits.askTime)
        if answer.status == 404 {
            let loader = try await get("/object_info/CheckpointLoaderSimple")
            guard let names = ComfyUINames.choices(of: "ckpt_name", at: "CheckpointLoaderSimple", in: loader) else {
                throw ImageFailure(.wrongResult, detail: "GET /object_info/CheckpointLoaderSimple: no list of checkpoints")
            }
            return names
        }
        guard let names = try Self.document(answer, of: "GET /models/checkpoints").elements else {
            throw ImageFailure(.wrongResult, detail: "GET /models/checkpoints: no list")
        }
        return Set(names.compactMap(\.string))
    }

    // MARK: Asking

    private func get(
        _ target: String, within deadline: TimeAmount = ComfyUILimits.askTime
    ) async throws(ImageFailure) -> JSONValue {
        try Self.document(try await client.ask("GET", target, deadline: deadline), of: "GET \(target)")
    }

    /// Its answers to these are empty.
    private func tell(_ target: String, _ body: JSONValue) async throws(ImageFailure) {
        var json = ByteBuffer()
        body.write(into: &json)
        let answer = try await client.ask("POST", target, json: json, deadline: ComfyUILimits.goodbyeTime)
        try Self.requireSuccess(answer, of: "POST \(target)")
    }

    private static func document(_ answer: EngineAnswer, of question: String) throws(ImageFailure) -> JSONValue {
        try requireSuccess(answer, of: question)
        do throws(JSONFault) { return try JSONValue(parsing: answer.body) } catch {
            throw ImageFailure(.wrongResult, detail: "\(question): \(answer.status), but not JSON")
        }
    }

    /// 401, 403 and 404 are the operator's to mend, not the job's fault: a wrong base URL, or a proxy that wants credentials.
    private static func requireSuccess(_ answer: EngineAnswer, of question: String) throws(ImageFailure) {
        if answer.isSuccess { return }
        let kind: ImageFailure.Kind =
            switch answer.status {
            case 429, 503: .busy
            // A proxy that does not reach the server.
            case 502: .lost
            case 408, 504: .timedOut
            default: .broken
            }
        throw ImageFailure(
            kind, detail: "\(question): answered \(answer.status)", retryAfterMilliseconds: answer.retryAfterMilliseconds)
    }
}
