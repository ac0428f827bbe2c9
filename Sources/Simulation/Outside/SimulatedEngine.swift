import Inference
import NIOCore
import Units

/// An engine as it is outside: its habits, whoever asks.
struct EngineCharacter {
    let name: String
    let traits: EngineTraits
    let temper: Recipe.Temper
    /// Bills output that it does not show, whether it says so or not.
    let hidesMore: Bool

    init(number: Int, temper: Recipe.Temper, isVaried: Bool, world: World) {
        name = "engine \(number)"
        traits = EngineTraits(
            hiddenTokens: world.pick([0, 40]), disconnect: world.once(in: 3) ? .drain : .cancel,
            hidesOutput: isVaried && world.once(in: 6))
        hidesMore = traits.hidesOutput || isVaried && world.once(in: 8)
        self.temper = temper
    }
}

/// An engine as one process sees it.
///
/// `@unchecked Sendable`: a run has one thread.
final class SimulatedEngine: ChatEngine, @unchecked Sendable {
    let character: EngineCharacter
    private unowned let life: Life

    init(_ character: EngineCharacter, life: Life) {
        self.character = character
        self.life = life
    }

    var name: String { character.name }
    var traits: EngineTraits { character.traits }

    func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        guard let loop = loop as? SimulatedLoop else { preconditionFailure("every loop of a run is simulated") }
        life.world.check(loop.inEventLoop, "an engine is asked off its loop")
        let attempt = life.isDead ? Attempt(order, name) : life.house.auditor.asked(order, name)
        let call = SimulatedCall(order, attempt, character, receiver, life, loop)
        life.calls.append(call)
        return call
    }

    func check() async -> EngineReport { EngineReport(usable: true, summary: "simulated") }
}
