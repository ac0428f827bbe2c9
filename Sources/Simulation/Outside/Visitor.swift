import Commerce
import Gateway
import Inference
import NIOCore
import Units

/// Somebody with a key, who asks a number of times, one after the other, and has more or less patience.
///
/// `@unchecked Sendable`: a run has one thread.
final class Visitor: @unchecked Sendable {
    private let house: House
    private unowned let crowd: Crowd
    private let caller: Caller
    private var left: Int
    private var world: World { house.world }

    init(_ caller: Caller, of crowd: Crowd) {
        self.caller = caller
        self.crowd = crowd
        house = crowd.house
        left = house.recipe.requestsPerCaller
    }

    var isDone: Bool { left == 0 }

    func goOn() {
        guard left > 0 else { return }
        world.after(world.time(0, 300_000_000)) { self.ask() }
    }

    private func ask() {
        guard house.life != nil else {
            world.after(world.time(50_000_000, 1_000_000_000)) { self.ask() }
            return
        }
        left -= 1
        let request = Request(
            number: crowd.nextNumber(), caller: caller, prompt: prompt(),
            slowness: world.percent(house.recipe.callersWhoReadSlowly) ? world.time(10_000, 20_000_000) : 0, world: world
        ) { [weak self] request in
            self?.house.auditor.over(request)
            self?.goOn()
        }
        world.note("asked", request.number, caller.key.id.value)
        house.auditor.expect(request)
        guard house.receive(request) else { preconditionFailure("somebody serves") }
        if world.percent(house.recipe.callersWhoLeave) {
            world.after(world.time(0, world.once(in: 4) ? 20_000_000_000 : 400_000_000)) { request.leave() }
        }
    }

    private func prompt() -> ChatPrompt {
        let isVaried = house.recipe.isVaried
        let bytes = isVaried && world.once(in: 10) ? world.number(1000...8000) : world.number(1...300)
        let messages = world.number(1...4)
        var members = [ChatPrompt.Member(name: "messages", value: ByteBuffer(string: "[]"))]
        if isVaried, world.once(in: 8) {
            members.append(ChatPrompt.Member(name: "reasoning_effort", value: ByteBuffer(string: "\"low\"")))
        }
        return ChatPrompt(
            model: isVaried ? world.pick(House.models) : House.models[0], stream: !(isVaried && world.once(in: 8)),
            choices: isVaried && world.once(in: 6) ? world.number(2...4) : 1,
            outputCap: world.pick(house.recipe.outputCaps), members: members,
            size: PromptSize(jsonBytes: bytes + 40 * messages, textBytes: bytes, messages: messages), images: [])
    }
}
