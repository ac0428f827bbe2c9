import Inference
import NIOCore
import NIOPosix
import TestKit

@testable import Engines

/// An engine before a scripted upstream on a real socket.
struct OpenAIImagesStage {
    static let key = "sk-canary-0123456789"
    /// The beginning of every PNG, and `!`.
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x21]
    static let pngBase64 = Base64.encode(png)

    let upstream: ScriptedUpstream
    let engine: OpenAIImagesEngine

    init(
        options change: (inout OpenAIImagesEngine.Options) -> Void = { _ in },
        _ script: @escaping @Sendable (ScriptedRequest) -> ScriptedAnswer
    ) async throws {
        upstream = try await ScriptedUpstream.start(script)
        var options = try OpenAIImagesEngine.Options(
            name: "images", baseURL: upstream.baseURL, key: Secret(OpenAIImagesStage.key))
        options.style = .gptImage
        change(&options)
        engine = try OpenAIImagesEngine(options, group: MultiThreadedEventLoopGroup.singleton)
    }

    static func order(change: (inout ImagePrompt) -> Void = { _ in }) -> ImageOrder {
        var prompt = ImagePrompt(model: "painter", prompt: "a fox")
        change(&prompt)
        return ImageOrder(prompt: prompt, model: "gpt-image-1", seed: 7, tag: "mt-1-1")
    }

    /// An answer with one picture.
    static func answer(base64: String = pngBase64) -> ScriptedAnswer {
        .json(#"{"created":1790000000,"data":[{"b64_json":"\#(base64)","revised_prompt":"a red fox"}],"output_format":"png"}"#)
    }

    static func answer(url: String) -> ScriptedAnswer { .json(#"{"created":1790000000,"data":[{"url":"\#(url)"}]}"#) }

    /// - Returns: nil when it painted.
    func failure(_ order: ImageOrder = order()) async -> ImageFailure? {
        do throws(ImageFailure) {
            _ = try await engine.paint(order) { _ in }
            return nil
        } catch { return error }
    }

    func file(_ order: ImageOrder = order()) async throws -> [UInt8]? {
        guard case .file(let bytes) = try await engine.paint(order, progress: { _ in }).content else { return nil }
        return bytes
    }
}
