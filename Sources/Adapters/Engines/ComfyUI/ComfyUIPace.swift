import Inference

/// How fast a server has been lately, from which it is guessed how far a job is: it tells the steps only over a WebSocket.
struct ComfyUIPace {
    /// Seconds for each call of the model and megapixel; nil before the first picture.
    private var secondsPerWork: Double?

    /// Where nothing is known yet, half is guessed to be done after so many seconds.
    private static let halfwaySeconds = 10.0
    /// No guess reaches further: the last part is not done until the picture is there.
    private static let guessMax = 0.95

    private static func work(_ prompt: ImagePrompt) -> Double {
        Double(prompt.steps * prompt.scheduler.callsPerStep) * Double(prompt.width * prompt.height) / 1_000_000
    }

    /// - Parameter time: from the first sight of it at work to its end.
    mutating func note(_ prompt: ImagePrompt, took time: Duration) {
        let seconds = time / .seconds(1) / Self.work(prompt)
        // The mean of this one and of all before: a checkpoint that had to be loaded is soon forgotten.
        secondsPerWork = secondsPerWork.map { ($0 + seconds) / 2 } ?? seconds
    }

    /// 0...0.95
    func progress(of prompt: ImagePrompt, runningFor time: Duration) -> Double {
        let seconds = max(0, time / .seconds(1))
        guard let secondsPerWork, secondsPerWork > 0 else { return Self.guessMax * seconds / (seconds + Self.halfwaySeconds) }
        return min(Self.guessMax, seconds / (secondsPerWork * Self.work(prompt)))
    }
}
