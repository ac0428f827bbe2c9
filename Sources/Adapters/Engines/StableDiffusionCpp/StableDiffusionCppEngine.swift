package import Inference
package import NIOCore
import Synchronization
import Wire

/// stable-diffusion.cpp's `sd-server`, by its own API: `/sdcpp/v1`. Its two others, `/v1` and `/sdapi`, read directives in prompts.
///
/// A server has one model loaded for good. It keeps a queue: a job is submitted and asked after.
package final class StableDiffusionCppEngine: ImageEngine {
    package let name: String
    package let concurrency = 1
    let options: StableDiffusionOptions
    let client: EngineClient
    /// What the server said of itself last; nil after a failure: it may have been started anew, with another model.
    private let known = Mutex<CppCapabilities?>(nil)

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
        do throws(ImageFailure) {
            let request = try CppRequest(order, try await capabilities(), strictScheduler: options.strictScheduler)
            let picture = try await picture(for: request, progress)
            return PaintedImage(.file(picture.bytes), seed: order.seed, substitute: request.substitute)
        } catch {
            if error.kind != .cancelled { known.withLock { $0 = nil } }
            throw error
        }
    }

    private func capabilities() async throws(ImageFailure) -> CppCapabilities {
        if let capabilities = known.withLock({ $0 }) { return capabilities }
        let capabilities = try await probe()
        known.withLock { $0 = capabilities }
        return capabilities
    }

    func probe() async throws(ImageFailure) -> CppCapabilities {
        let answer = try await client.ask("GET", "/sdcpp/v1/capabilities", deadline: options.askTime)
        if answer.status == 404 {
            throw ImageFailure(.broken, detail: "there is no /sdcpp/v1/capabilities: is it sd-server, of 2026 or later?")
        }
        guard answer.isSuccess else { throw answer.failure }
        return try CppCapabilities(try answer.json())
    }

    // MARK: A job

    private func picture(for request: CppRequest, _ progress: @Sendable (Double) -> Void) async throws(ImageFailure) -> PictureFile {
        let until = NIODeadline.now() + options.paintTime
        let job = try await submit(request)
        do throws(ImageFailure) {
            while true {
                try await pause()
                switch try await look(at: job) {
                case .waiting: break
                case .generating: progress(0)
                case .completed(let picture): return picture
                }
                guard NIODeadline.now() < until else {
                    throw ImageFailure(.timedOut, detail: "no picture within the deadline")
                }
            }
        } catch {
            switch error.kind {
            case .cancelled, .timedOut, .lost: await takeBack(job)
            case .refused, .busy, .broken, .wrongResult: break
            }
            throw error
        }
    }

    /// - Returns: the job's name.
    private func submit(_ request: CppRequest) async throws(ImageFailure) -> String {
        // Seen through even when the task is cancelled meanwhile: only a job whose name is known can be taken back.
        let submission = Task { [client, options] () -> Result<EngineAnswer, ImageFailure> in
            do throws(ImageFailure) {
                return .success(
                    try await client.ask("POST", "/sdcpp/v1/img_gen", json: request.body, deadline: options.askTime))
            } catch { return .failure(error) }
        }
        let answer = try await submission.value.get()
        guard answer.isSuccess else { throw answer.failure }
        guard let job = try answer.json()["id"]?.string, !job.isEmpty, job.utf8.count <= StableDiffusionLimits.jobNameBytesMax
        else { throw ImageFailure(.broken, detail: "the submission was answered without a job's name") }
        return job
    }

    private func look(at job: String) async throws(ImageFailure) -> CppJobState {
        let answer = try await client.ask("GET", "/sdcpp/v1/jobs/\(job.percentEncoded)", deadline: options.askTime)
        if answer.status == 404 || answer.status == 410 {
            throw ImageFailure(.lost, detail: "answered \(answer.status): the server knows the job no more")
        }
        guard answer.isSuccess else { throw answer.failure }
        return try CppJobState(try answer.json())
    }

    private func pause() async throws(ImageFailure) {
        let time = options.pollTime ?? StableDiffusionLimits.cppPollTime
        do { try await Task.sleep(for: .nanoseconds(time.nanoseconds)) } catch {
            throw ImageFailure(.cancelled, detail: "the task was cancelled")
        }
    }

    /// Takes a job out of the queue. One that is painted already cannot be stopped (409): its picture is left to expire.
    private func takeBack(_ job: String) async {
        let goodbye = Task { [client] in
            do throws(ImageFailure) {
                _ = try await client.ask(
                    "POST", "/sdcpp/v1/jobs/\(job.percentEncoded)/cancel", deadline: StableDiffusionLimits.goodbyeTime)
            } catch {
                // It is gone, and the job with it.
                return
            }
        }
        // Whoever gave the job up has been cancelled; this must not be.
        await goodbye.value
    }
}
