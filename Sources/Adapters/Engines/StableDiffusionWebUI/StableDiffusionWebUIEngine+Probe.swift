import Inference
import NIOCore
import Wire

extension StableDiffusionWebUIEngine {
    /// Asks what the server has, which also tells what it is.
    func probe() async throws(ImageFailure) -> WebUICatalog {
        let samplers = try await list("samplers")
        let schedulers = try await listIfAny("schedulers")
        let checkpoints = try await list("sd-models")
        return WebUICatalog(samplers: samplers, schedulers: schedulers, checkpoints: checkpoints)
    }

    private func list(_ name: String) async throws(ImageFailure) -> [JSONValue] {
        guard let list = try await listIfAny(name) else {
            throw ImageFailure(.broken, detail: "there is no /sdapi/v1/\(name): was the server started with --api?")
        }
        return list
    }

    /// - Returns: nil when the server knows no such list.
    private func listIfAny(_ name: String) async throws(ImageFailure) -> [JSONValue]? {
        let answer = try await client.ask("GET", "/sdapi/v1/\(name)", deadline: options.askTime)
        if answer.status == 404 || answer.status == 405 { return nil }
        guard answer.isSuccess else { throw answer.failure }
        return try answer.json().list(of: name)
    }
}
