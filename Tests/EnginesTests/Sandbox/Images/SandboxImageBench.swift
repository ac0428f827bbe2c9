import Inference
import Synchronization

@testable import Engines

/// An order, and what the sandbox makes of it, without a clock.
struct SandboxImageBench {
    var prompt = ImagePrompt(model: "realvision", prompt: "a fox on a hill", steps: 4, width: 256, height: 256)
    var seed: Int64 = 42
    var tag = "mt-7-1"
    var pace = SandboxPace.immediate

    var order: ImageOrder { ImageOrder(prompt: prompt, model: "any.safetensors", seed: seed, tag: tag) }

    func changed(_ change: (inout SandboxImageBench) -> Void) -> SandboxImageBench {
        var bench = self
        change(&bench)
        return bench
    }

    func saying(_ words: String) -> SandboxImageBench { changed { $0.prompt.prompt = words } }

    /// What came of it, and what was heard on the way.
    func paint() async -> Session {
        let heard = Mutex<[Double]>([])
        let waits = Mutex<[Int64]>([])
        let engine = SandboxImageEngine(name: "sandbox", pace: pace) { nanoseconds in waits.withLock { $0.append(nanoseconds) } }
        var session = Session()
        do throws(ImageFailure) {
            session.painted = try await engine.paint(order) { progress in heard.withLock { $0.append(progress) } }
        } catch { session.failure = error }
        session.progress = heard.withLock { $0 }
        session.waits = waits.withLock { $0 }
        return session
    }

    func picture() async -> Picture? { await paint().picture }

    struct Session {
        var painted: PaintedImage?
        var failure: ImageFailure?
        var progress: [Double] = []
        var waits: [Int64] = []

        var picture: Picture? {
            guard case .picture(let picture) = painted?.content else { return nil }
            return picture
        }
    }
}
