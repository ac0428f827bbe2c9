package import Inference

/// An engine that paints without a model: a landscape made of the prompt, the same for the same order on every machine, of exactly the size
/// asked for, and with a strip that says what it is. On request it fails in every way an engine can. Guide: docs/guides/sandbox.md.
package struct SandboxImageEngine: ImageEngine {
    package let name: String
    package let concurrency: Int
    /// How long a step takes, beside the painting.
    private let stepNanoseconds: Int64
    private let wait: @Sendable (_ nanoseconds: Int64) async throws -> Void

    /// - Parameters:
    ///   - pace: a step takes as long as chat waits for its first chunk: 40 ms by nature.
    ///   - concurrency: at least 1.
    package init(name: String, pace: SandboxPace = .natural, concurrency: Int = SandboxImageEngine.concurrencyStandard) {
        self.init(name: name, pace: pace, concurrency: concurrency) { try await Task.sleep(nanoseconds: UInt64($0)) }
    }

    package static let concurrencyStandard = SandboxImageLimits.concurrency

    /// - Parameter wait: returns when the time is over, throws when the task is cancelled.
    init(
        name: String, pace: SandboxPace, concurrency: Int = concurrencyStandard,
        wait: @escaping @Sendable (_ nanoseconds: Int64) async throws -> Void
    ) {
        self.name = name
        self.concurrency = concurrency
        stepNanoseconds = pace.firstNanoseconds
        self.wait = wait
    }

    package func paint(
        _ order: ImageOrder, progress: @escaping @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> PaintedImage {
        let prompt = order.prompt
        guard ImagePrompt.sideRange ~= prompt.width, ImagePrompt.sideRange ~= prompt.height,
            ImagePrompt.stepsRange ~= prompt.steps
        else { throw ImageFailure(.refused, detail: "sandbox: \(prompt.width)x\(prompt.height), \(prompt.steps) steps") }
        let (directives, text) = try read(prompt.prompt)
        let failure = directives.failure(ofAttempt: order.attempt)
        // These two are known before anything begins.
        if let failure, failure.kind == .refused || failure.kind == .busy { throw failure }

        let scheduler = directives.substitutes ? prompt.scheduler.neighbour : prompt.scheduler
        var painting = SandboxPainting(of: SandboxScene(order, text: text, scheduler: scheduler))
        for step in 1...prompt.steps {
            try await pause(directives.delayNanoseconds ?? stepNanoseconds)
            // The others come when half the work is done.
            if let failure, step > prompt.steps / 2 { throw failure }
            painting.paint(to: prompt.height * step / prompt.steps)
            progress(Double(step) / Double(prompt.steps))
        }
        return PaintedImage(
            .picture(painting.finished()), seed: order.seed, substitute: directives.substitutes ? scheduler.rawValue : nil)
    }

    package func check() async -> EngineReport {
        EngineReport(usable: true, summary: "paints by itself, without a model or a network", latencyMilliseconds: 0)
    }

    private func read(_ prompt: String) throws(ImageFailure) -> (SandboxImageDirectives, String) {
        do throws(SandboxObjection) { return try SandboxImageDirectives.read(prompt) } catch {
            throw ImageFailure(.refused, detail: "sandbox: \(error.message)")
        }
    }

    /// Also where a job that is given up ends, whatever the pace.
    private func pause(_ nanoseconds: Int64) async throws(ImageFailure) {
        do {
            if nanoseconds > 0 { try await wait(nanoseconds) }
            try Task.checkCancellation()
        } catch { throw ImageFailure(.cancelled, detail: "sandbox: the task was cancelled") }
    }
}

extension ImageOrder {
    /// Which attempt it is, from 1, as the tag says: `mt-<job>-<attempt>`; 1 when it does not.
    fileprivate var attempt: Int { tag.split(separator: "-").last.flatMap { Int($0) } ?? 1 }
}

extension Scheduler {
    /// The one an engine might use that does not have this one.
    fileprivate var neighbour: Scheduler { self == .eulerA ? .euler : .eulerA }
}
