import Inference
import NIOCore
import NIOPosix
import TestKit
import Units

@testable import Engines

/// An engine before a scripted server on a real socket.
struct OpenAISpeechStage {
    static let key = "sk-canary-0123456789"

    let upstream: ScriptedUpstream
    let engine: OpenAISpeechEngine

    init(
        options change: (inout OpenAISpeechEngine.Options) -> Void = { _ in },
        _ script: @escaping @Sendable (ScriptedRequest) -> ScriptedAnswer
    ) async throws {
        upstream = try await ScriptedUpstream.start(script)
        var options = try OpenAISpeechEngine.Options(
            name: "kokoro", baseURL: upstream.baseURL, key: Secret(OpenAISpeechStage.key))
        change(&options)
        engine = try OpenAISpeechEngine(options, group: MultiThreadedEventLoopGroup.singleton)
    }

    static func order(change: (inout SpeechPrompt) -> Void = { _ in }) -> SpeechOrder {
        var prompt = SpeechPrompt(model: "tts-1", input: "Say \"hello\".", voice: "af_heart")
        change(&prompt)
        return SpeechOrder(prompt: prompt, model: "kokoro", request: RequestID("req_1"))
    }

    /// Audio in a chunked body, a write for each piece.
    static func audio(_ pieces: [String], type: String = "audio/mpeg", end: Bool = true) -> ScriptedAnswer {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: \(type)\r\ntransfer-encoding: chunked\r\n\r\n"
        let chunks = pieces.map { "\(String($0.utf8.count, radix: 16))\r\n\($0)\r\n" }
        return ScriptedAnswer(([head] + chunks + (end ? ["0\r\n\r\n"] : [])).map { .send(ByteBuffer(string: $0)) })
    }

    /// All that it says.
    func spoken(_ order: SpeechOrder = order()) async throws -> String {
        let audio = try await engine.speak(order)
        var bytes = ByteBuffer()
        while var piece = try await audio.next() { bytes.writeBuffer(&piece) }
        return String(buffer: bytes)
    }

    /// - Returns: nil when it spoke to the end; else the kind, and the failure.
    func failure(_ order: SpeechOrder = order()) async -> EngineFailure? {
        do {
            _ = try await spoken(order)
            return nil
        } catch { return error as? EngineFailure }
    }
}
