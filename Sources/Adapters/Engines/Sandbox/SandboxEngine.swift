package import Inference
package import NIOCore

/// An engine that needs nothing and answers everything, honest about being none: deterministic from its input, real in
/// shape, and on request every failure an application must survive. Guide: docs/guides/sandbox.md.
package struct SandboxEngine: ChatEngine {
    package let name: String
    package let traits: EngineTraits
    private let pace: SandboxPace
    private let vision: [String: VisionTokens]

    /// `system_fingerprint` of its answers; the number changes when the answers do.
    package static let fingerprint = "fp_sandbox_1"

    /// - Parameters:
    ///   - hiddenTokens: what the house is to allow for beyond the prompt; the sandbox itself adds none.
    ///   - models: how images are counted, by the models' names; for others as gpt-4o does.
    package init(
        name: String, pace: SandboxPace = .natural, hiddenTokens: Int = 0, disconnect: EngineTraits.Disconnect = .cancel,
        models: [ChatModel] = ChatModel.builtIn
    ) {
        self.name = name
        self.pace = pace
        traits = EngineTraits(hiddenTokens: hiddenTokens, disconnect: disconnect)
        var vision: [String: VisionTokens] = [:]
        for model in models {
            vision[model.id] = model.vision
            vision[model.snapshot] = model.vision
        }
        self.vision = vision
    }

    package func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        SandboxCall(playing: script(for: order), on: loop, to: receiver)
    }

    package func check() async -> EngineReport {
        EngineReport(usable: true, summary: "answers by itself, without a model or a network", latencyMilliseconds: 0)
    }

    /// What an order will be answered with.
    func script(for order: ChatOrder) -> SandboxScript {
        let vision = vision[order.model] ?? vision[order.prompt.model] ?? .tiles(base: 85, tile: 170)
        return SandboxPlan.script(for: order, pace: pace, vision: vision)
    }
}

/// How fast a sandbox talks, unless a message says otherwise.
package struct SandboxPace: Hashable, Sendable {
    /// Until the first chunk.
    package var firstNanoseconds: Int64
    /// Between chunks.
    package var betweenNanoseconds: Int64

    package init(firstNanoseconds: Int64, betweenNanoseconds: Int64) {
        self.firstNanoseconds = firstNanoseconds
        self.betweenNanoseconds = betweenNanoseconds
    }

    /// As a quick model: 40 ms, then 125 tokens a second.
    package static let natural = SandboxPace(firstNanoseconds: 40_000_000, betweenNanoseconds: 8_000_000)
    /// Everything at once.
    package static let immediate = SandboxPace(firstNanoseconds: 0, betweenNanoseconds: 0)
}
