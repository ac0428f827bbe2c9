import Inference
import NIOCore
import Wire

extension StableDiffusionWebUIEngine {
    /// Where one task stands.
    struct TaskState: Hashable, Sendable {
        let isActive: Bool
        let isQueued: Bool
        let isCompleted: Bool
        /// 0...1.
        let progress: Double
    }

    /// Says how far a job is, until the task is cancelled. What cannot be asked is not said: the job itself will tell.
    func watch(_ job: WebUIJob, _ progress: @Sendable (Double) -> Void) async {
        var knowsTasks = job.knowsTasks
        var furthest = 0.0
        while await pause() {
            var reached: Double?
            do throws(ImageFailure) {
                if knowsTasks {
                    let state = try await taskState(job.tag)
                    knowsTasks = state != nil
                    if let state, state.isActive { reached = state.progress }
                } else {
                    reached = try await serverState()["progress"]?.double
                }
            } catch {
                // Servers are slow to answer anything while they load a checkpoint: the next look will do.
                reached = nil
            }
            guard let reached, reached > furthest else { continue }
            furthest = min(reached, 1)
            progress(furthest)
        }
    }

    /// - Returns: false when the task was cancelled meanwhile.
    private func pause() async -> Bool {
        let time = options.pollTime ?? StableDiffusionLimits.webUIPollTime
        do { try await Task.sleep(for: .nanoseconds(time.nanoseconds)) } catch { return false }
        return true
    }

    /// - Returns: nil when the server cannot tell one task from another: SD.Next, AUTOMATIC1111 with `--nowebui`.
    private func taskState(_ tag: String) async throws(ImageFailure) -> TaskState? {
        let question: JSONValue = ["id_task": .string(tag), "live_preview": false, "id_live_preview": -1]
        let answer = try await client.ask(
            "POST", "/internal/progress", json: ByteBuffer(string: question.text), deadline: options.askTime)
        guard answer.isSuccess else { return nil }
        let state = try answer.json()
        guard let isActive = state["active"]?.bool else { return nil }
        return TaskState(
            isActive: isActive, isQueued: state["queued"]?.bool ?? false, isCompleted: state["completed"]?.bool ?? false,
            progress: state["progress"]?.double ?? 0)
    }

    /// What the server does at the moment, whoever asked for it.
    private func serverState() async throws(ImageFailure) -> JSONValue {
        let answer = try await client.ask("GET", "/sdapi/v1/progress?skip_current_image=true", deadline: options.askTime)
        guard answer.isSuccess else { throw answer.failure }
        return try answer.json()
    }

    // MARK: Half pictures

    /// Anybody can press "Interrupt" on the server's own page; the request is then answered with 200 and a half picture. The mark of it
    /// stays until the next task begins.
    func refuseInterrupted() async throws(ImageFailure) {
        let state: JSONValue?
        do throws(ImageFailure) {
            state = try await serverState()["state"]
        } catch {
            if error.kind == .cancelled { throw error }
            // The picture is there, and nothing speaks against it.
            state = nil
        }
        if state?["interrupted"]?.bool == true || state?["skipped"]?.bool == true {
            throw ImageFailure(.wrongResult, detail: "somebody else interrupted the server: half a picture")
        }
    }

    /// Stops a job that was given up, if it is ours that the server works on; one that waits is looked after for a while.
    func stop(_ job: WebUIJob) async {
        // Whoever gave the job up has been cancelled; this must not be.
        await Task { await stopUncancelled(job) }.value
    }

    private func stopUncancelled(_ job: WebUIJob) async {
        let until = NIODeadline.now() + StableDiffusionLimits.goodbyeTime
        // A request that was just sent may not have become a task yet.
        var looksLeft = 2
        repeat {
            do throws(ImageFailure) {
                guard job.knowsTasks, let state = try await taskState(job.tag) else {
                    if options.isExclusive { try await interrupt() }
                    return
                }
                if state.isActive { return try await interrupt() }
                if state.isCompleted { return }
                if !state.isQueued { looksLeft -= 1 }
            } catch {
                // It is gone, or too busy to be told: the result is thrown away in any case.
                return
            }
        } while await pause() && looksLeft > 0 && NIODeadline.now() < until
    }

    private func interrupt() async throws(ImageFailure) {
        _ = try await client.ask("POST", "/sdapi/v1/interrupt", deadline: options.askTime)
    }
}
