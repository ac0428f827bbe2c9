import Commerce
import Inference
import NIOCore
import Units

/// Stands between an engine and a caller for one answer, on their event loop: passes chunks on as they come, counts them,
/// keeps the caller's pace, and knows what to do when either side is gone.
///
/// `@unchecked Sendable`: every member is touched on `line.loop` only.
final class AnswerRelay: ChatReceiver, CallerLineListener, @unchecked Sendable {
    /// What it must know of the order it relays.
    struct Rules {
        var disconnect: EngineTraits.Disconnect
        /// Beyond this the engine ignores its cap and is cut.
        var outputTokensMax: Int
        /// That cap is what the balance could pay, so it is looked at more closely.
        var isCapLowered: Bool
        /// What the usage of an answer is held against that comes in one piece; nil for one that comes in events.
        var whole: Bill.Terms?
        /// Hears of the tokens delivered, now and then, and is asked for more money.
        var ledger: any LedgerDesk
        var hold: HoldID
    }

    private(set) var delivered = Delivered()
    /// Chunks that what is held does not pay for yet.
    private var unpaid: [ChatChunk] = []
    /// nil: all that can come is held.
    private var meter: FundsMeter?
    /// Beyond so many tokens, carefully counted, the meter is looked at.
    private var askAt = Int.max
    private var isExtending = false
    /// The engine is done, but what it brought is not paid for yet.
    private var ending: AnswerEnd?
    /// A whole answer beyond the cap by its bytes: what the engine reports of it decides.
    private var doubtful: ChatChunk?
    private(set) var opening: ChatOpening?
    private let line: CallerLine
    /// At the engine, until the answer has ended; nil: it has places for all.
    private var place: EnginePlace?
    private let rules: Rules
    private let drains: DrainSlots
    /// Of what is passed on, for whoever asks the same again.
    let copy: AnswerCopy?
    private var call: (any ChatCall)?
    private(set) var end: AnswerEnd?
    /// The engine is done, and nothing of what it brought waits to be paid for.
    var hasEnded: Bool { end != nil }
    private var sink: (any AnswerSink)?
    /// Chunks that came between the opening and the caller's being ready for them.
    private var early: [ChatChunk] = []
    /// Waits for the engine to accept, then for the answer to end.
    private var waiter: (() -> Void)?
    private var drainDeadline: Scheduled<Void>?
    private var notedTokens = 0
    private var notedAt: NIODeadline

    init(line: CallerLine, place: EnginePlace?, rules: Rules, meter: FundsMeter?, drains: DrainSlots, copy: AnswerCopy? = nil) {
        self.copy = copy
        self.line = line
        self.place = place
        self.rules = rules
        self.drains = drains
        self.meter = meter
        askAt = meter?.askAt ?? .max
        notedAt = line.loop.now
    }

    /// Asks the engine; `then` hears when it has accepted, or when it is out of the question: then there is no ``opening``.
    ///
    /// Of an engine that accepts it hears at the end of the engine's turn, so that an answer that comes whole has ended by then.
    func open(_ order: ChatOrder, with engine: any ChatEngine, then: @escaping () -> Void) {
        waiter = then
        guard !line.isGone else { return finish(.callerLeft) }
        line.listener = self
        call = engine.open(order, on: line.loop, to: self)
        call?.begin()
    }

    /// Passes the answer on; `then` hears when it has ended.
    func forward(to sink: any AnswerSink, then: @escaping () -> Void) {
        self.sink = sink
        waiter = then
        for chunk in early { pass(chunk) }
        early = []
        sink.flush()
        if end != nil { wakeWaiter() }
    }

    private func wakeWaiter() {
        guard let waiter else { return }
        self.waiter = nil
        waiter()
    }

    private func finish(_ end: AnswerEnd) {
        guard self.end == nil else { return }
        self.end = end
        call = nil
        place = nil
        if line.listener === self { line.listener = nil }
        unpaid = []
        if let drainDeadline {
            drainDeadline.cancel()
            self.drainDeadline = nil
            drains.give()
        }
        wakeWaiter()
    }

    /// The engine has not accepted, and nobody waits any longer.
    func giveUpWaiting() {
        guard end == nil, opening == nil else { return }
        call?.cancel()
        finish(.failed(EngineFailure(.timedOut, detail: "no answer within the deadline of the whole request")))
    }

    /// Another engine was sooner: nobody hears of this one any more.
    func abandon() {
        waiter = nil
        call?.cancel()
        finish(.callerLeft)
    }

    // MARK: The engine's side

    func opened(_ opening: ChatOpening) {
        guard end == nil else { return }
        self.opening = opening
    }

    func received(_ chunk: ChatChunk) {
        guard end == nil else { return }
        let sum = delivered.adding(outputBytes: chunk.outputBytes)
        if sum.carefulTokens > askAt { weigh(chunk, sum) } else { deliver(chunk, sum) }
    }

    private func deliver(_ chunk: ChatChunk, _ sum: Delivered) {
        // Nobody pays for what is beyond the cap, so nobody is given it.
        guard (rules.isCapLowered ? sum.likelyTokens : sum.leastTokens) <= rules.outputTokensMax else { return cut(chunk) }
        delivered = sum
        Failpoint.reach(.answerDelivering)
        if sink == nil { early.append(chunk) } else { pass(chunk) }
    }

    private func cut(_ chunk: ChatChunk) {
        guard rules.whole == nil else {
            doubtful = chunk
            return
        }
        call?.cancel()
        finish(rules.isCapLowered ? .fundsEnded : .cutShort)
    }

    /// A whole answer of fewer tokens than texts of its length have is passed on when a usage that can be true says so.
    private func judge(_ chunk: ChatChunk, _ usage: Usage?) {
        guard let usage, rules.whole?.allow(usage) == true else {
            return finish(.failed(EngineFailure(.malformed, detail: "the answer is beyond its output cap")))
        }
        delivered.count(outputBytes: chunk.outputBytes)
        if sink == nil { early.append(chunk) } else { pass(chunk) }
    }

    func turnEnded() {
        checkpointIfDue()
        if sink == nil, opening != nil { wakeWaiter() } else { flush() }
    }

    func completed(_ end: ChatEnd) {
        if let doubtful { judge(doubtful, end.usage) }
        guard self.end == nil, !unpaid.isEmpty else {
            flush()
            return finish(.completed(end))
        }
        call = nil
        ending = .completed(end)
        deliverPaid()
    }

    func failed(_ failure: EngineFailure) {
        flush()
        finish(.failed(failure))
    }

    private func flush() {
        if !line.isGone { sink?.flush() }
    }

    private func pass(_ chunk: ChatChunk) {
        copy?.add(chunk)
        if !line.isGone { sink?.write(chunk) }
    }

    /// Before what was passed on goes out; where an answer ends it is settled instead.
    /// Of a whole answer nothing is noted: it is given to its caller when it is settled, and not before.
    private func checkpointIfDue() {
        guard rules.whole == nil else { return }
        let tokens = delivered.estimatedTokens
        let now = line.loop.now
        guard
            tokens - notedTokens >= ChatLimits.checkpointTokens
                || (tokens > notedTokens && now - notedAt >= ChatLimits.checkpointInterval)
        else { return }
        notedTokens = tokens
        notedAt = now
        rules.ledger.note(.progress(rules.hold, outputTokens: tokens))
    }

    // MARK: The money

    /// A chunk beyond what is held, or near its end.
    private func weigh(_ chunk: ChatChunk, _ sum: Delivered) {
        if unpaid.isEmpty, let meter, meter.metered(sum) <= meter.limit {
            deliver(chunk, sum)
        } else {
            unpaid.append(chunk)
            // None overtakes those that wait.
            askAt = -1
            if unpaid.count == 1 { call?.pause() }
        }
        extendIfDue()
    }

    /// Passes on what is paid for of the chunks that wait, in their order, and ends the answer when the engine has ended it.
    private func deliverPaid() {
        if case .completed(let end) = ending, let usage = end.usage, let meter, meter.pays(usage) {
            deliverUnpaid(unpaid.count)
        } else {
            deliverUnpaid(paidCount)
        }
        if unpaid.isEmpty, let ending {
            flush()
            finish(ending)
        }
    }

    private var paidCount: Int {
        guard let meter else { return unpaid.count }
        var sum = delivered
        for (index, chunk) in unpaid.enumerated() {
            sum.count(outputBytes: chunk.outputBytes)
            if meter.metered(sum) > meter.limit { return index }
        }
        return unpaid.count
    }

    private func deliverUnpaid(_ count: Int) {
        let paid = unpaid.prefix(count)
        unpaid.removeFirst(count)
        for chunk in paid where end == nil { deliver(chunk, delivered.adding(outputBytes: chunk.outputBytes)) }
    }

    private func extendIfDue() {
        guard end == nil, !isExtending, let meter else { return }
        let metered = meter.metered(unpaid.reduce(delivered) { $0.adding(outputBytes: $1.outputBytes) })
        guard metered > meter.askAt else { return }
        isExtending = true
        line.tray.ask(.extend(rules.hold, outputTokens: meter.wish(for: metered))) { [self] outcome in
            if case .extended(let amount) = outcome { extended(to: amount) } else { extended(to: nil) }
        }
    }

    /// - Parameter amount: what is held now; nil when nothing was given.
    private func extended(to amount: Money?) {
        isExtending = false
        guard end == nil else { return }
        if let amount { meter?.grow(to: amount) } else { meter?.spendDown() }
        let hasWaited = !unpaid.isEmpty
        deliverPaid()
        if unpaid.isEmpty { askAt = meter?.askAt ?? .max }
        guard end == nil else { return }
        if hasWaited {
            checkpointIfDue()
            flush()
            if unpaid.isEmpty {
                keepPace()
            } else if amount == nil {
                call?.cancel()
                return finish(line.isGone ? .callerLeft : .fundsEnded)
            }
        }
        extendIfDue()
    }

    // MARK: The caller's side

    func callerLeft() {
        guard end == nil else { return }
        if rules.disconnect == .drain, drains.take() {
            // The upstream bills the whole answer anyway: read on, for a bounded time, to learn what it was.
            early = []
            // What nobody hears is not in it.
            copy?.spoil()
            keepPace()
            drainDeadline = line.loop.scheduleTask(in: ChatLimits.drainTime) { self.giveUp() }
        } else {
            giveUp()
        }
    }

    func serverStops() {
        guard end == nil else { return }
        call?.cancel()
        finish(.serverStopped)
    }

    private func giveUp() {
        call?.cancel()
        finish(.callerLeft)
    }

    func callerCanTakeMore(_ canTakeMore: Bool) { keepPace() }

    /// Reads on unless the caller's side is full or the money is waited for.
    private func keepPace() {
        if unpaid.isEmpty, !line.isFull || line.isGone { call?.resume() } else { call?.pause() }
    }
}
