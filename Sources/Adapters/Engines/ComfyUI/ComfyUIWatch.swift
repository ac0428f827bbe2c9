import Inference

/// Waits for a job: told what the server says of it, it decides what follows. It knows no clock and asks nobody.
///
/// A server that was started anew has an empty history and an empty queue, like one that is about to move the job from one to the
/// other; only time tells them apart.
struct ComfyUIWatch {
    enum Step: Hashable, Sendable {
        case wait
        case fetch(ComfyUIFile)
        case fail(ImageFailure)
    }

    private let grace: Duration
    private let patience: Duration
    private let limit: Duration
    /// When the server last answered, and since when it has known nothing of the job.
    private var heardAt = Duration.zero
    private var missedSince: Duration?
    /// When it was first seen at work.
    private(set) var runningSince: Duration?

    /// - Parameters:
    ///   - grace: how long the job may be in neither the queue nor the history.
    ///   - patience: how long the server may leave questions unanswered.
    ///   - limit: how long the job may take in all.
    init(grace: Duration, patience: Duration, limit: Duration) {
        self.grace = grace
        self.patience = patience
        self.limit = limit
    }

    /// - Parameters:
    ///   - place: asked after `history` was: a job that left the queue in between is still found in neither.
    ///   - time: since the job was submitted.
    mutating func saw(_ history: ComfyUIHistory, _ place: ComfyUIQueue.Place, at time: Duration) -> Step {
        heardAt = time
        switch (history, place) {
        case (.painted(let file), _): return .fetch(file)
        case (.failed(let failure), _): return .fail(failure)
        case (.unknown, .running):
            runningSince = runningSince ?? time
            missedSince = nil
            return waited(time)
        case (.unknown, .waiting):
            missedSince = nil
            return waited(time)
        case (.unknown, .absent):
            let since = missedSince ?? time
            missedSince = since
            guard time - since >= grace else { return .wait }
            return .fail(ImageFailure(.lost, detail: "the server knows nothing of the job any more"))
        }
    }

    /// A question came to nothing.
    mutating func heardNothing(_ failure: ImageFailure, at time: Duration) -> Step {
        guard failure.kind == .lost || failure.kind == .timedOut || failure.kind == .busy else { return .fail(failure) }
        return time - heardAt >= patience ? .fail(failure) : .wait
    }

    private func waited(_ time: Duration) -> Step {
        time < limit ? .wait : .fail(ImageFailure(.timedOut, detail: "no picture within the deadline"))
    }
}
