package import Inference
import NIOCore

extension StableDiffusionWebUIEngine {
    /// Asks for the server's lists, which needs the address, `--api` and the credentials to be right, and a checkpoint to be there.
    package func check() async -> EngineReport {
        let startedAt = NIODeadline.now()
        let asked = "GET \(client.address)/sdapi/v1/sd-models"
        do throws(ImageFailure) {
            let catalog = try await probe()
            let milliseconds = Int((NIODeadline.now() - startedAt).nanoseconds / 1_000_000)
            return EngineReport(
                usable: !catalog.checkpoints.isEmpty, summary: "\(asked): \(words(catalog))", latencyMilliseconds: milliseconds)
        } catch {
            return EngineReport(usable: false, summary: "\(asked): \(error.detail)")
        }
    }

    private func words(_ catalog: WebUICatalog) -> String {
        guard !catalog.checkpoints.isEmpty else { return "\(catalog.dialect), but it has no checkpoint" }
        let missing = Scheduler.allCases.filter { catalog.choice(of: $0, strict: options.strictScheduler) == nil }.map(\.rawValue)
        let lack = missing.isEmpty ? "" : ", lacks \(missing.joined(separator: ", "))"
        return "\(catalog.dialect), \(catalog.checkpoints.count) checkpoints\(lack)"
    }
}
