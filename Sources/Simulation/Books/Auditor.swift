import Commerce
import Gateway
import Inference
import TestKit
import Units

/// Holds what is on the disk against what the engines served and what the callers saw, at every commit and at every word.
///
/// `@unchecked Sendable`: a run has one thread.
final class Auditor: @unchecked Sendable {
    private let world: World
    private let recipe: Recipe
    private(set) var books = NaiveBooks()
    private(set) var figures = SimulationFigures()
    private var requests: [RequestID: Request] = [:]
    private var attempts: [RequestID: [Attempt]] = [:]
    /// Answers under way, in the order in which they began.
    private var live: [Attempt] = []
    /// Tokens handed over when the batch now being written was taken.
    private var taken: [(attempt: Attempt, tokens: Int)] = []
    /// What was free before the commit that nobody has heard of yet.
    private var unheard: [Purse: Int128] = [:]
    private var promised: [Purse: [String: Money]] = [:]

    init(_ world: World, recipe: Recipe) {
        self.world = world
        self.recipe = recipe
    }

    // MARK: The disk's side

    func committed(_ batch: [LedgerRecord]) {
        figures.commits += 1
        unheard = Dictionary(books.purses.map { ($0, books.book($0).available) }, uniquingKeysWith: { $1 })
        do {
            try books.take(batch)
            for record in batch {
                if case .entry(let entry) = record, entry.writeoff < .zero { figures.writtenOff += 1 }
                if case .holdExtended = record { figures.extended += 1 }
                if case .entry(let entry) = record, let hold = entry.hold, let closed = books.closedHolds[hold] {
                    world.note("closed", hold.value, Int64(clamping: closed.charge))
                    try checkPolicy(closed)
                }
            }
            for snapshot in taken { try checkCheckpoint(snapshot.attempt, snapshot.tokens) }
        } catch let disagreement as Disagreement {
            world.fail(disagreement.sentence)
        } catch { world.fail("\(error)") }
        taken = []
    }

    /// Whoever asks hears of the last commit from here.
    func published() { unheard = [:] }

    /// The desk takes what waits: the checkpoints noted until now are in this batch.
    func batchTaken() {
        live.removeAll { $0.end != nil }
        // Of a whole answer nothing reaches its caller before it is settled.
        taken = live.filter { requests[$0.request]?.prompt.stream == true }
            .map { ($0, ((requests[$0.request]?.writtenBytes ?? 0) + 2) / 3) }
    }

    /// A crash loses track of fewer than 64 tokens and what came after the last commit.
    private func checkCheckpoint(_ attempt: Attempt, _ tokens: Int) throws {
        guard attempt.isOpened, recipe.inboxCommandsMax > 100, let id = books.holdsByRequest[attempt.request],
            let hold = books.openHolds[id]
        else { return }
        guard hold.record.outputTokens > tokens - 64 else {
            throw Disagreement(
                sentence: "\(id) is at \(hold.record.outputTokens) tokens, but \(tokens) were delivered before the commit")
        }
        guard tokens == 0 || hold.record.outputTokens <= attempt.countedTokens else {
            throw Disagreement(
                sentence: "\(id) is at \(hold.record.outputTokens) tokens, but \(attempt.countedTokens) were delivered")
        }
    }

    /// The table of what is billed, a second time, from what the engines remember.
    private func checkPolicy(_ closed: NaiveBooks.ClosedHold) throws {
        let hold = closed.record
        count(closed)
        let all = attempts[hold.request] ?? []
        let last = all.last
        guard let request = requests[hold.request] else { throw Disagreement(sentence: "\(hold.id) is for nobody's request") }
        if all.allSatisfy({ !$0.isOpened }), closed.charge != 0 {
            throw Disagreement(sentence: "\(hold.request) costs \(closed.charge), but no engine accepted it")
        }
        guard let usage = hold.closing?.usage, let last else {
            if closed.kind == .release, hold.epoch.value == books.epoch, let served = all.first(where: { $0.bytes > 0 }),
                request.writtenBytes > 0 || !(served.mayBeUnpaid || served.isBeyondCap)
            {
                throw Disagreement(sentence: "\(hold.request) costs nothing, but \(served.bytes) bytes were delivered")
            }
            return
        }
        if hold.engine != last.engine {
            throw Disagreement(sentence: "\(hold.request) was answered by \(last.engine), and is billed for \(hold.engine)")
        }
        guard closed.kind == .settle else { return }
        if hold.closing?.note.hasPrefix("stopped") == true, hold.closing?.source == .counted, closed.charge > closed.amount {
            throw Disagreement(sentence: "\(hold.request) was stopped for want of money, and costs more than its hold")
        }
        try checkUsage(usage, hold.closing?.source, last, request)
    }

    private func count(_ closed: NaiveBooks.ClosedHold) {
        switch closed.record.closing?.source {
        case .measured?: figures.measured += 1
        case .counted?: figures.counted += 1
        case .provisional?: figures.provisional += 1
        case nil: figures.released += 1
        }
    }

    private func checkUsage(_ usage: Usage, _ source: UsageSource?, _ attempt: Attempt, _ request: Request) throws {
        let fair = request.fairTokens
        // What waits for money when the engine is done may never be paid for; then it is as if it had not come.
        let wasKeptBack =
            request.writtenBytes < attempt.bytes && source == .counted && usage.promptTokens == fair && attempt.mayBeUnpaid
        if case .completed(let reported?) = attempt.end, isPossible(reported, attempt), !wasKeptBack {
            guard isBilled(reported, as: usage, source, request) else {
                throw Disagreement(sentence: "\(request.id) is billed for \(usage), its engine reported \(reported)")
            }
            return
        }
        // What was kept back for want of money is not billed; what was written is.
        let least = min((request.writtenBytes + 2) / 3, attempt.outputTokensMax)
        let most = min(attempt.countedTokens, attempt.outputTokensMax)
        // Cut before anything was passed on.
        if source == .counted, usage == .none, request.writtenBytes == 0, attempt.isBeyondCap { return }
        guard source == .counted, usage.promptTokens == fair, usage.cachedTokens == 0,
            usage.completionTokens >= least, usage.completionTokens <= most
        else {
            throw Disagreement(
                sentence: "\(request.id) is billed for \(usage), due are \(fair) tokens in and \(least) to \(most) out")
        }
    }

    /// As it was reported; of a prompt, no more than its bytes, 64 tokens, and what an engine may add.
    private func isBilled(_ reported: Usage, as usage: Usage, _ source: UsageSource?, _ request: Request) -> Bool {
        let bytes = request.prompt.size.jsonBytes
        guard reported.promptTokens > bytes else { return source == .measured && usage == reported }
        return source == .counted && bytes + 64...bytes + 64 + 40 ~= usage.promptTokens
            && usage.completionTokens == reported.completionTokens
    }

    private func isPossible(_ usage: Usage, _ attempt: Attempt) -> Bool {
        usage.promptTokens >= 0 && usage.promptTokens <= 128_000 && usage.completionTokens >= 0
            && usage.completionTokens <= attempt.outputTokensMax && usage.cachedTokens >= 0
            && usage.cachedTokens <= usage.promptTokens && usage.reasoningTokens >= 0
            && usage.reasoningTokens <= usage.completionTokens
    }

    // MARK: The engines' side

    /// An order reaches an engine: the money for it and the intent to ask this engine are on the disk by now.
    func asked(_ order: ChatOrder, _ engine: String) -> Attempt {
        let before = attempts[order.request]?.count ?? 0
        figures.enginesAsked += 1
        let attempt = Attempt(order, engine, number: requests[order.request]?.number ?? 0)
        world.note("engine asked", attempt.number, Int64(before))
        attempts[order.request, default: []].append(attempt)
        live.append(attempt)
        guard let id = books.holdsByRequest[order.request], let hold = books.openHolds[id] else {
            world.fail("\(engine) is asked for \(order.request), but no money is held on the disk")
            return attempt
        }
        // One may have waited in vain for a place at another that is on the disk: an intent that nothing came of.
        let isCounted = recipe.places != nil ? hold.record.attempts > before : hold.record.attempts == before + 1
        world.check(
            hold.record.engine == engine && isCounted,
            "\(engine) is asked for \(order.request), but the disk knows only of \(hold.record.engine)")
        return attempt
    }

    /// What the engine said, whatever it was worth.
    func reported(under hold: HoldID) -> Usage? {
        guard let request = books.openHolds[hold]?.record.request, case .completed(let usage) = attempts[request]?.last?.end
        else {
            return nil
        }
        return usage
    }

    // MARK: The callers' side

    func expect(_ request: Request) { requests[request.id] = request }

    func refused(_ request: Request) {
        figures.refused += 1
        world.check(books.holdsByRequest[request.id] == nil, "\(request.id) was refused, but money is held for it")
    }

    func admitted(_ request: Request, _ funds: HeldFunds) {
        world.check(books.openHolds[funds.hold] != nil, "\(request.id) was admitted, but \(funds.hold) is not on the disk")
    }

    /// No engine answered, and the caller is about to hear of it.
    func failed(_ request: Request) {
        guard let closed = closedHold(of: request) else {
            return world.fail("\(request.id) failed, but its hold is not released on the disk")
        }
        world.check(closed.kind == .release, "\(request.id) failed before its answer, and is billed")
    }

    /// The answer is over; the caller is about to hear of it.
    func settled(_ request: Request, _ answer: ForwardedAnswer, wasHeard: Bool) {
        if case .completed = answer.end, wasHeard, let attempt = attempts[request.id]?.last {
            world.check(
                request.writtenBytes == attempt.bytes,
                "\(request.id) is whole, but \(request.writtenBytes) of \(attempt.bytes) bytes were passed on")
        }
        if answer.fundsEnded { figures.stopped += 1 }
        guard let closed = closedHold(of: request) else {
            return world.fail("\(request.id) has a receipt, but is not settled on the disk")
        }
        world.check(
            closed.charge == Int128(answer.receipt.charge.nanodollars)
                && closed.availableAfter == Int128(answer.receipt.balance.available.nanodollars),
            "\(request.id) has a receipt over \(answer.receipt.charge), but \(closed.charge) were charged")
    }

    /// A chunk goes out: what was written so far is paid for by what is held on the disk, at the fairest.
    func written(_ request: Request) {
        guard let attempt = attempts[request.id]?.last, let hold = books.holdsByRequest[request.id] else {
            return world.fail("\(request.id) is answered, but nothing is held for it")
        }
        if case .completed? = attempt.end { return }
        let tokens = min((request.writtenBytes + 2) / 3, attempt.outputTokensMax)
        guard let (cost, held) = books.paid(hold, prompt: request.fairTokens, output: tokens) else {
            return world.fail("\(request.id) is answered, but \(hold) is not open on the disk")
        }
        world.check(cost <= held, "\(request.id) was given what costs \(cost), held is \(held)")
    }

    /// The end of an answer goes out.
    func endWritten(_ request: Request, charge: Money?) {
        guard let closed = closedHold(of: request) else {
            return world.fail("\(request.id) is told that its answer is whole, but it is not settled on the disk")
        }
        world.check(
            closed.kind == .settle,
            "\(request.id) is told that its answer is whole, but it was not settled")
        switch attempts[request.id]?.last?.end {
        case .completed?, .cancelled?: break
        default: world.fail("\(request.id) is told that its answer is whole, but its engine broke off")
        }
    }

    /// The caller has what there was to have.
    func over(_ request: Request) {
        if request.hasLeft { figures.left += 1 }
        let delivered = attempts[request.id]?.last?.bytes ?? 0
        world.check(
            request.seenBytes <= delivered, "\(request.id) saw \(request.seenBytes) bytes, its engine delivered \(delivered)")
        guard case .whole(let cost) = request.end else { return }
        figures.whole += 1
        world.check(
            request.seenBytes == request.writtenBytes,
            "\(request.id) saw \(request.seenBytes) bytes and the end, of \(request.writtenBytes)")
        guard let closed = closedHold(of: request), closed.kind == .settle else {
            return world.fail("\(request.id) saw the end of its answer, but is not settled on the disk")
        }
        world.check(
            cost.map { Int128($0.nanodollars) == closed.charge } ?? true, "\(request.id) was told another price than it paid")
    }

    /// A balance is shown.
    func shown(_ balance: Balance, of purse: Purse) {
        let free = max(books.book(purse).available, unheard[purse] ?? 0)
        world.check(
            Int128(balance.available.nanodollars) <= free, "\(balance.available) of \(purse) is shown, \(free) is free")
    }

    private func closedHold(of request: Request) -> NaiveBooks.ClosedHold? {
        books.holdsByRequest[request.id].flatMap { books.closedHolds[$0] }
    }

    // MARK: Grants

    func willGrant(_ amount: Money, to purse: Purse, reference: String) { promised[purse, default: [:]][reference] = amount }

    func granted(_ purse: Purse, _ reference: String) {
        let amount = promised[purse]?[reference].map { Int128($0.nanodollars) }
        world.check(
            amount != nil && books.references[purse]?[reference] == amount,
            "\(reference) was confirmed, but is not credited on the disk as it was asked")
    }

    // MARK: The end

    /// What each request was given and what its engine had for it, in tokens, in no order of weight.
    var streams: [(given: Int, made: Int)] {
        requests.values.sorted { $0.number < $1.number }.compactMap { request in
            attempts[request.id]?.last.map { ((request.writtenBytes + 2) / 3, ($0.plannedBytes + 2) / 3) }
        }
    }

    /// Nobody asks any more and nothing is due.
    func close(_ when: String) {
        world.check(books.openHolds.isEmpty, "\(books.openHolds.count) holds are open \(when)")
        for purse in books.purses {
            let book = books.book(purse)
            world.check(
                book.held == 0 && book.available + book.charged == book.granted,
                "\(purse) has \(book.available) and paid \(book.charged) of \(book.granted) \(when)")
        }
    }
}
