import Inference
import NIOCore
import Units

/// One answer of an engine, with everything that can go wrong on the way.
///
/// `@unchecked Sendable`: a run has one thread.
final class SimulatedCall: ChatCall, @unchecked Sendable {
    private enum Ending {
        case complete(Usage?)
        case fails, stalls
    }

    private let attempt: Attempt
    private let character: EngineCharacter
    private var receiver: (any ChatReceiver)?
    private unowned let life: Life
    private let loop: SimulatedLoop
    private var isPaused = false
    private var isOpen = false
    private var isStepping = false
    private var pieces: ArraySlice<Int> = []
    private var ending = Ending.stalls
    private var world: World { life.world }

    /// When an engine that says nothing is given up, in nanoseconds.
    private static let deadline: Int64 = 60_000_000_000

    init(
        _ order: ChatOrder, _ attempt: Attempt, _ character: EngineCharacter, _ receiver: any ChatReceiver, _ life: Life,
        _ loop: SimulatedLoop
    ) {
        self.attempt = attempt
        self.character = character
        self.receiver = receiver
        self.life = life
        self.loop = loop
        plan(order)
    }

    func begin() {
        if life.isDead { return breakInLimbo() }
        let temper = character.temper
        if world.percent(temper.refuses) {
            post(world.time(50_000, 400_000_000)) { $0.fail(self.refusal()) }
        } else if world.percent(temper.isSilent) {
            post(SimulatedCall.deadline) { $0.fail(.timedOut) }
        } else {
            post(world.time(100_000, 2_000_000_000)) { $0.open() }
        }
    }

    /// Everything around a process that is dead fails.
    func breakInLimbo() { post(0) { $0.fail(.broken) } }

    // MARK: The plan

    private func plan(_ order: ChatOrder) {
        let temper = character.temper
        let most = order.outputCap * order.prompt.choices
        let ignoresCap = world.percent(temper.ignoresCap)
        let tokens = ignoresCap ? most * 17 / 3 + 20 : world.number(0...min(most, world.pick(life.house.recipe.answerTokens)))
        var bytes = ignoresCap ? tokens * 3 + 64 : tokens * world.number(2...5)
        var pieces: [Int] = []
        let recipe = life.house.recipe
        let usual = max(world.pick(recipe.pieceBytes), bytes / recipe.piecesMax)
        let largest = ignoresCap ? max(64, bytes / 8) : usual
        while bytes > 0 {
            let piece = order.prompt.stream ? min(bytes, world.number(1...largest)) : bytes
            pieces.append(piece)
            bytes -= piece
        }
        if world.percent(temper.breaks) {
            ending = .fails
            pieces = Array(pieces.prefix(world.number(0...pieces.count)))
        } else if world.percent(temper.stalls) {
            ending = .stalls
            pieces = Array(pieces.prefix(world.number(0...pieces.count)))
        } else {
            ending = .complete(usage(order, tokens: character.hidesMore ? min(most, tokens * 4 + 100) : tokens))
        }
        self.pieces = pieces[...]
        attempt.plannedBytes = pieces.reduce(0, +)
    }

    private func usage(_ order: ChatOrder, tokens: Int) -> Usage? {
        let temper = character.temper
        let prompt = world.number(1...max(1, order.prompt.size.textBytes / 2))
        if world.percent(temper.reportsNothing) { return nil }
        if world.percent(temper.reportsAbsurdly) {
            return world.pick([
                Usage(promptTokens: -1, completionTokens: tokens), Usage(promptTokens: prompt, completionTokens: .max),
                Usage(promptTokens: prompt, completionTokens: order.outputCap * order.prompt.choices + 1),
                Usage(promptTokens: 2_000_000, completionTokens: 1),
                Usage(promptTokens: 100_000, completionTokens: tokens),
                Usage(promptTokens: prompt, cachedTokens: prompt + 1, completionTokens: tokens),
                Usage(promptTokens: prompt, completionTokens: tokens, reasoningTokens: tokens + 1),
            ])
        }
        return Usage(
            promptTokens: prompt, cachedTokens: world.once(in: 3) ? world.number(0...prompt) : 0, completionTokens: tokens)
    }

    private func refusal() -> EngineFailure.Kind {
        world.pick([
            .unreachable, .timedOut, .overloaded, .misconfigured, .malformed,
            .refusedPrompt(EngineRefusal(status: 400, message: "no")),
        ])
    }

    // MARK: Its course

    private func post(_ delay: Int64, _ run: @escaping (SimulatedCall) -> Void) {
        life.post(after: delay, on: loop) { run(self) }
    }

    private func open() {
        guard let receiver else { return }
        isOpen = true
        attempt.isOpened = true
        world.note("opened", attempt.number)
        receiver.opened(ChatOpening(fingerprint: nil))
        if world.once(in: 3), !isPaused { return turn() }
        receiver.turnEnded()
        goOn()
    }

    private func goOn() {
        guard receiver != nil, isOpen, !isPaused, !isStepping else { return }
        isStepping = true
        post(world.once(in: 30) ? world.time(0, 2_500_000_000) : world.time(20_000, 60_000_000)) { call in
            call.isStepping = false
            call.turn()
        }
    }

    /// What one read brings.
    private func turn() {
        guard !isPaused else { return }
        for _ in 0..<world.number(1...3) {
            guard let receiver, let piece = pieces.popFirst() else { break }
            attempt.bytes += piece
            attempt.pieces += 1
            receiver.received(ChatChunk(choices: SimulatedCall.text, outputBytes: piece, finishes: pieces.isEmpty))
        }
        receiver?.turnEnded()
        guard pieces.isEmpty, !isPaused else { return goOn() }
        finish()
    }

    private func finish() {
        guard receiver != nil, !isStepping else { return }
        isStepping = true
        switch ending {
        case .complete(let usage): post(world.time(0, 5_000_000)) { $0.complete(usage) }
        case .fails: post(world.time(0, 50_000_000)) { $0.fail(.broken) }
        case .stalls: post(SimulatedCall.deadline) { $0.fail(.timedOut) }
        }
    }

    private func complete(_ usage: Usage?) {
        guard let receiver = take() else { return }
        attempt.end = .completed(usage)
        world.note("completed", attempt.number, Int64(attempt.bytes))
        receiver.completed(ChatEnd(usage: usage))
    }

    private func fail(_ kind: EngineFailure.Kind) {
        guard let receiver = take() else { return }
        attempt.end = .failed
        if !life.isDead { world.note("engine failed", attempt.number, Int64(attempt.bytes)) }
        receiver.failed(EngineFailure(kind, detail: "as simulated"))
    }

    private func take() -> (any ChatReceiver)? {
        defer { receiver = nil }
        return receiver
    }

    func cancel() {
        world.check(loop.inEventLoop, "a call is cut off its loop")
        guard take() != nil else { return }
        attempt.end = .cancelled
        if !life.isDead { world.note("cut", attempt.number, Int64(attempt.bytes)) }
    }

    func pause() {
        world.check(loop.inEventLoop, "a call is paused off its loop")
        isPaused = true
    }

    func resume() {
        world.check(loop.inEventLoop, "a call is resumed off its loop")
        guard isPaused else { return }
        isPaused = false
        goOn()
    }

    private static let text = ByteBuffer(string: "[]")
}
