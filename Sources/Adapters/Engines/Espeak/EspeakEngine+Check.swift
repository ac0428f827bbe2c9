package import Inference
import NIOCore

extension EspeakEngine {
    package func check() async -> EngineReport {
        let begun = NIODeadline.now()
        do throws(EngineFailure) {
            let version = try await output(of: ["--version"]).split(separator: " ").first { $0.first?.isNumber == true } ?? "?"
            let voices = await voices()
            guard !voices.isEmpty else { return EngineReport(usable: false, summary: "espeak-ng \(version) lists no voice") }
            return EngineReport(
                usable: true, summary: "espeak-ng \(version), \(voices.count) voices",
                latencyMilliseconds: Int((NIODeadline.now() - begun).nanoseconds / 1_000_000))
        } catch { return EngineReport(usable: false, summary: error.detail) }
    }
}
