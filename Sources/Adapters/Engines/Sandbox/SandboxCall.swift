import Inference
import NIOCore

/// Plays a script to a receiver, on one event loop.
final class SandboxCall: ChatCall {
    private let loop: NIOIsolatedEventLoop
    private var script: SandboxScript
    /// nil once nothing more is to be heard.
    private var receiver: (any ChatReceiver)?
    private var waiting: Scheduled<Void>?
    /// What came due while the receiver did not read.
    private var held: SandboxScript.Event?
    private var isPaused = false
    private var isOpen = false
    /// Waits are counted from when a step was due, not from when it was played: a pace holds however busy the loop is.
    private var due: NIODeadline

    /// Called on `loop`.
    init(playing script: SandboxScript, on loop: any EventLoop, to receiver: any ChatReceiver) {
        self.loop = loop.assumeIsolated()
        self.script = script
        self.receiver = receiver
        due = loop.now
    }

    func begin() { waitForNext() }

    func cancel() {
        waiting?.cancel()
        waiting = nil
        held = nil
        receiver = nil
    }

    func pause() { isPaused = true }

    func resume() {
        isPaused = false
        guard let event = held else { return }
        held = nil
        schedule(event, at: due)
    }

    private func waitForNext() {
        guard receiver != nil, let step = script.next() else { return }
        due = due + .nanoseconds(step.afterNanoseconds)
        schedule(step.event, at: due)
    }

    private func schedule(_ event: SandboxScript.Event, at deadline: NIODeadline) {
        waiting = loop.scheduleTask(deadline: deadline) { self.play(event) }
    }

    private func play(_ event: SandboxScript.Event) {
        waiting = nil
        guard !isPaused else {
            held = event
            return
        }
        switch event {
        case .turn(let chunks): play(chunks)
        case .completed(let end): takeReceiver()?.completed(end)
        case .failed(let failure): takeReceiver()?.failed(failure)
        }
    }

    /// Each call may end this one, so the receiver is looked up anew every time.
    private func play(_ chunks: [ChatChunk]) {
        if !isOpen {
            isOpen = true
            receiver?.opened(ChatOpening(fingerprint: SandboxEngine.fingerprint))
        }
        for chunk in chunks { receiver?.received(chunk) }
        receiver?.turnEnded()
        waitForNext()
    }

    private func takeReceiver() -> (any ChatReceiver)? {
        defer { receiver = nil }
        return receiver
    }
}
