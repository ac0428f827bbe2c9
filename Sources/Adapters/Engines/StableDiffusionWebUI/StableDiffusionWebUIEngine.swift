package import Inference
package import NIOCore
import Synchronization

/// AUTOMATIC1111's web UI (1.8 to 1.10), Forge and SD.Next, by the API they share: `/sdapi/v1`.
///
/// Such a server paints one picture at a time and replaces a name it does not know by another. So names are looked up before a picture is
/// asked for, and what it says it did is compared with what was asked.
package final class StableDiffusionWebUIEngine: ImageEngine {
    package let name: String
    package let concurrency = 1
    let options: StableDiffusionOptions
    let client: EngineClient
    /// What the server listed last; nil after a failure: it may have been started anew, with other files, as another version.
    private let known = Mutex<WebUICatalog?>(nil)

    /// - Throws: what is wrong with the options' `trustedRoots`.
    package init(_ options: StableDiffusionOptions, group: any EventLoopGroup) throws {
        self.options = options
        name = options.name
        client = try EngineClient(
            options.address, credentials: options.credentials, trustedRoots: options.trustedRoots, group: group)
    }

    package func paint(
        _ order: ImageOrder, progress: @escaping @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> PaintedImage {
        let job = try WebUIJob(order, try await catalog(listing: order.model), strictScheduler: options.strictScheduler)
        do throws(ImageFailure) {
            let answer = try await submit(job, progress)
            // What a stopped job gives is half a picture.
            guard !Task.isCancelled else { throw ImageFailure(.cancelled, detail: "the task was cancelled") }
            let painted = try job.picture(in: answer)
            try await refuseInterrupted()
            return painted
        } catch {
            if error.kind != .cancelled { known.withLock { $0 = nil } }
            switch error.kind {
            case .cancelled, .timedOut, .lost: await stop(job)
            case .refused, .busy, .broken, .wrongResult: break
            }
            throw error
        }
    }

    /// What the server has; asked anew when it is not known, or does not list the checkpoint: files come and go.
    private func catalog(listing model: String) async throws(ImageFailure) -> WebUICatalog {
        if let catalog = known.withLock({ $0 }), catalog.checkpoint(named: model) != nil { return catalog }
        let catalog = try await probe()
        known.withLock { $0 = catalog }
        return catalog
    }

    /// The request stays open until the picture is there; beside it the server is asked how far it is.
    private func submit(_ job: WebUIJob, _ progress: @escaping @Sendable (Double) -> Void) async throws(ImageFailure) -> EngineAnswer {
        let result = await withTaskGroup(of: Result<EngineAnswer, ImageFailure>?.self) { group in
            group.addTask { [client, options] in
                do throws(ImageFailure) {
                    return .success(
                        try await client.ask("POST", "/sdapi/v1/txt2img", json: job.body, deadline: options.paintTime))
                } catch { return .failure(error) }
            }
            group.addTask {
                await self.watch(job, progress)
                return nil
            }
            var answer: Result<EngineAnswer, ImageFailure>?
            while answer == nil, let next = await group.next() { answer = next }
            group.cancelAll()
            return answer
        }
        guard let result else { preconditionFailure("a request is answered or fails") }
        let answer = try result.get()
        guard answer.isSuccess else { throw answer.failure }
        return answer
    }
}
