import Inference
import NIOCore
import Wire

/// An order made out to one server: the request, and what its answer must say.
struct WebUIJob: Sendable {
    /// What the server calls the task; its progress is asked by it.
    let tag: String
    let body: ByteBuffer
    /// The server can tell its tasks from one another.
    let knowsTasks: Bool
    private let checkpoint: WebUICheckpoint
    private let sampler: WebUISampler
    private let size: PictureSize
    private let steps: Int
    private let seed: Int64
    private let strictScheduler: Bool

    /// - Throws: `refused` for a checkpoint or a sampler that the server does not have: it would silently take another.
    init(_ order: ImageOrder, _ catalog: WebUICatalog, strictScheduler: Bool) throws(ImageFailure) {
        guard let checkpoint = catalog.checkpoint(named: order.model) else {
            throw ImageFailure(.refused, detail: "the server has no checkpoint '\(order.model)'")
        }
        guard let sampler = catalog.choice(of: order.prompt.scheduler, strict: strictScheduler) else {
            throw ImageFailure(.refused, detail: "the server has no sampler for '\(order.prompt.scheduler.rawValue)'")
        }
        tag = order.tag
        knowsTasks = catalog.dialect != .sdNext
        self.checkpoint = checkpoint
        self.sampler = sampler
        self.strictScheduler = strictScheduler
        size = PictureSize(width: order.prompt.width, height: order.prompt.height, roundedUpTo: 8)
        steps = order.prompt.steps
        seed = order.seed
        body = WebUIJob.body(order, checkpoint, sampler, size)
    }

    private static func body(
        _ order: ImageOrder, _ checkpoint: WebUICheckpoint, _ sampler: WebUISampler, _ size: PictureSize
    ) -> ByteBuffer {
        var members: [(String, JSONValue)] = [
            ("prompt", .string(PlainPrompt(order.prompt.prompt).text)),
            ("negative_prompt", .string(PlainPrompt(order.prompt.negativePrompt).text)), ("seed", .integer(order.seed)),
            ("steps", .integer(order.prompt.steps)), ("width", .integer(size.width)), ("height", .integer(size.height)),
            ("sampler_name", .string(sampler.sampler)), ("batch_size", 1), ("n_iter", 1),
            ("override_settings", ["sd_model_checkpoint": .string(checkpoint.title)]),
            // The next order most likely wants the same checkpoint: to go back would load it twice.
            ("override_settings_restore_afterwards", false), ("send_images", true), ("save_images", false),
            ("disable_extra_networks", true), ("force_task_id", .string(order.tag)),
        ]
        if let member = sampler.scheduleMember, let schedule = sampler.schedule { members.append((member, .string(schedule))) }
        var body = ByteBuffer(string: #"{"cfg_scale":\#(JSONValue.hundredths(order.prompt.cfgHundredths))"#)
        for (key, value) in members {
            body.writeStaticString(",")
            body.writeJSON(key)
            body.writeStaticString(":")
            value.write(into: &body)
        }
        body.writeStaticString("}")
        return body
    }

    // MARK: The answer

    /// `{"images": ["<base64>"], "parameters": {…}, "info": "{…}"}`.
    /// - Throws: `wrongResult` when it is not the picture that was asked for.
    func picture(in answer: EngineAnswer) throws(ImageFailure) -> PaintedImage {
        let document = try answer.json()
        guard let image = document["images"]?[0]?.string else {
            throw ImageFailure(.wrongResult, detail: "the answer holds no picture")
        }
        let echo = try WebUIEcho(document["info"])
        let substitute = try compare(echo)
        return PaintedImage(.file(try PictureFile(base64: image).bytes), seed: echo.seed ?? seed, substitute: substitute)
    }

    /// - Returns: what was used in place of the scheduler asked for.
    private func compare(_ echo: WebUIEcho) throws(ImageFailure) -> String? {
        guard echo.modelName != nil || echo.modelHash != nil else {
            throw ImageFailure(.wrongResult, detail: "the answer does not say which checkpoint has painted")
        }
        guard checkpoint.isEchoed(name: echo.modelName, hash: echo.modelHash) else {
            throw ImageFailure(.wrongResult, detail: "another checkpoint than '\(checkpoint.title)' has painted")
        }
        guard echo.steps == steps else { throw ImageFailure(.wrongResult, detail: "not painted in \(steps) steps") }
        guard echo.width == size.width, echo.height == size.height else {
            throw ImageFailure(.wrongResult, detail: "not painted at \(size)")
        }
        guard let used = echo.samplerOther(than: sampler) else { return sampler.substitute }
        guard !strictScheduler else {
            throw ImageFailure(.wrongResult, detail: "another sampler than '\(sampler.sampler)' was used")
        }
        return used
    }
}
