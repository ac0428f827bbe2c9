import Inference
import NIOCore
import NIOPosix
import Synchronization
import TestKit

@testable import Engines

/// An engine before a scripted ComfyUI server on a real socket.
struct ComfyUIStage {
    let script: ComfyUIScript
    let upstream: ScriptedUpstream
    let engine: ComfyUIEngine
    /// What was heard of the progress.
    let heard = Heard()

    final class Heard: Sendable {
        private let values = Mutex<[Double]>([])
        var all: [Double] { values.withLock { $0 } }
        func note(_ value: Double) { values.withLock { $0.append(value) } }
    }

    init(
        _ phases: [ComfyUIScript.Phase], prepare: (inout ComfyUIScript.State) -> Void = { _ in },
        options change: (inout ComfyUIEngine.Options) -> Void = { _ in },
        intercept: @escaping ComfyUIScript.Intercept
    ) async throws {
        let script = ComfyUIScript(phases, prepare, intercept)
        self.script = script
        upstream = try await ScriptedUpstream.start { script.answer(to: $0) }
        var options = try ComfyUIEngine.Options(name: "comfy", baseURL: "http://127.0.0.1:\(upstream.port)")
        options.pollTime = .milliseconds(5)
        options.graceTime = .milliseconds(50)
        options.patienceTime = .milliseconds(200)
        change(&options)
        engine = try ComfyUIEngine(options, group: MultiThreadedEventLoopGroup.singleton)
    }

    init(
        _ phases: [ComfyUIScript.Phase], prepare: (inout ComfyUIScript.State) -> Void = { _ in },
        options change: (inout ComfyUIEngine.Options) -> Void = { _ in }
    ) async throws {
        try await self.init(phases, prepare: prepare, options: change) { _, _ in nil }
    }

    static func order(
        model: String = "alpha.safetensors", tag: String = "mt-1-1", change: (inout ImagePrompt) -> Void = { _ in }
    ) -> ImageOrder {
        var prompt = ImagePrompt(model: "realvision", prompt: "a fox")
        change(&prompt)
        return ImageOrder(prompt: prompt, model: model, seed: 4_294_967_295, tag: tag)
    }

    func paint(_ order: ImageOrder = order()) async throws(ImageFailure) -> PaintedImage {
        try await engine.paint(order) { [heard] in heard.note($0) }
    }

    /// - Returns: nil when it painted.
    func failure(_ order: ImageOrder = order()) async -> ImageFailure? {
        do throws(ImageFailure) {
            _ = try await paint(order)
            return nil
        } catch { return error }
    }

    /// Every question so far, without what only names the job.
    var asked: [String] {
        upstream.requests.map { request in
            let path = request.target.prefix { $0 != "?" }
            return "\(request.method) \(path.hasPrefix("/history/") ? "/history/id" : path)"
        }
    }

    func count(_ question: String) -> Int { asked.count { $0 == question } }
}

extension PaintedImage {
    /// The file as text; nil: it is a picture.
    var text: String? { if case .file(let bytes) = content { String(decoding: bytes, as: UTF8.self) } else { nil } }
}
