package import Inference
import NIOCore
import Wire

extension OpenAIImagesEngine {
    /// Asks for the list of models, which needs the address, TLS and the key to be right, and costs nothing.
    package func check() async -> EngineReport {
        let asked = "GET \(options.address.description)/models"
        let began = ContinuousClock.now
        do throws(ImageFailure) {
            let answer = try await client.ask("GET", "/models", deadline: OpenAIImagesLimits.checkTime)
            let milliseconds = Int(began.duration(to: .now) / .milliseconds(1))
            guard answer.isSuccess else { throw OpenAIImagesRefusal.failure(answer, key: options.key) }
            guard let models = (try? JSONValue(parsing: answer.body))?["data"]?.elements else {
                throw ImageFailure(.wrongResult, detail: "\(answer.status), but not a list of models: is the base URL right?")
            }
            return EngineReport(usable: true, summary: "\(asked): \(models.count) models", latencyMilliseconds: milliseconds)
        } catch {
            return EngineReport(usable: false, summary: "\(asked): \(error.detail)")
        }
    }
}
