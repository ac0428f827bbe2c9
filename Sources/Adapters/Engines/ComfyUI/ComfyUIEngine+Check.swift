package import Inference
import NIOCore

extension ComfyUIEngine {
    /// Asks who it is and what it can load.
    package func check() async -> EngineReport {
        let began = ContinuousClock.now
        do throws(ImageFailure) {
            let version = try await server.version()
            let milliseconds = Int(began.duration(to: .now) / .milliseconds(1))
            let names = try await server.names()
            let missing = Set(Scheduler.allCases.map { ComfyUISampler($0).name }).subtracting(names.samplers).sorted()
            let summary =
                "\(options.address): ComfyUI \(version ?? "of an unknown version"), \(names.checkpoints.count) checkpoints"
                + (missing.isEmpty ? "" : ", without the samplers \(missing.joined(separator: ", "))")
            return EngineReport(
                usable: !names.checkpoints.isEmpty && missing.isEmpty, summary: summary, latencyMilliseconds: milliseconds)
        } catch {
            return EngineReport(usable: false, summary: "\(options.address): \(error.detail)")
        }
    }
}
