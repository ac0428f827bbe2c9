package import Inference
import NIOCore

extension StableDiffusionCppEngine {
    /// Asks for the server's capabilities, which needs the address to be right and a model to be loaded.
    package func check() async -> EngineReport {
        let startedAt = NIODeadline.now()
        let asked = "GET \(client.address)/sdcpp/v1/capabilities"
        do throws(ImageFailure) {
            let capabilities = try await probe()
            let milliseconds = Int((NIODeadline.now() - startedAt).nanoseconds / 1_000_000)
            return EngineReport(
                usable: capabilities.makesImages, summary: "\(asked): \(words(capabilities))", latencyMilliseconds: milliseconds)
        } catch {
            return EngineReport(usable: false, summary: "\(asked): \(error.detail)")
        }
    }

    private func words(_ capabilities: CppCapabilities) -> String {
        guard capabilities.makesImages else { return "the loaded model makes no pictures" }
        let strict = options.strictScheduler
        let missing = Scheduler.allCases.filter { capabilities.choice(of: $0, strict: strict) == nil }.map(\.rawValue)
        let lack = missing.isEmpty ? "" : ", lacks \(missing.joined(separator: ", "))"
        return "model \(capabilities.modelName)\(lack)"
    }
}
