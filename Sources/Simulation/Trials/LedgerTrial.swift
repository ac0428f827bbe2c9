import Commerce
import TestKit
import Units

/// The ledger and the naive ledger, side by side through a list of happenings.
package struct LedgerTrial {
    /// Where the two part.
    package struct Divergence: Error, Sendable, CustomStringConvertible {
        package let index: Int
        package let sentence: String
        package var description: String { "happening \(index): \(sentence)" }
    }

    private var memory = LedgerMemory()
    private(set) var ledger: Ledger
    private var naive = NaiveLedger()
    private var price: PriceVersion?
    private var holds: [Int: HoldID] = [:]
    private var closed: [LedgerCommand] = []
    private let bug: PlantedLedgerBug?
    /// How often each kind of answer was met.
    package private(set) var seen: [String: Int] = [:]
    /// What each hold was closed for, by the name of the hold.
    private(set) var charges: [Int: Int64] = [:]
    private static let now = Instant(seconds: 1)

    package init(bug: PlantedLedgerBug? = nil) {
        self.bug = bug
        memory.keep([.epoch(Epoch(1), at: LedgerTrial.now)])
        ledger = Ledger(memory.reopen(), epoch: Epoch(1))
        for name in TrialHouse.accounts { _ = step(.openAccount(name: name)) }
        for (index, limit) in TrialHouse.limits.enumerated() {
            let id = KeyID(Int64(index + 1))
            guard let purse = TrialHouse.purse(of: id) else { continue }
            _ = step(
                .createKey(
                    NewKey(
                        account: purse.account, book: purse.book, mac: [UInt8](repeating: UInt8(index), count: 32), prefix: "sk-",
                        limit: limit.map(Money.init(nanodollars:)))))
            naive.purses[id] = purse
            naive.limits[id] = limit.map(BigNumber.init)
        }
    }

    /// Plays all, and compares after each.
    package mutating func play(_ happenings: [Happening]) throws(Divergence) {
        for (index, happening) in happenings.enumerated() {
            do { try play(happening, index) } catch {
                throw Divergence(index: index, sentence: "\(happening): \(error.sentence)")
            }
        }
    }

    private mutating func play(_ happening: Happening, _ index: Int) throws(Disagreement) {
        guard let command = command(happening) else {
            if case .crash = happening { crash() }
            return try compare()
        }
        let expected = naive.answer(command)
        let outcome = step(command)
        let got = outcome.answer
        seen[got.split(whereSeparator: { $0.isNumber || $0 == "," }).first.map(String.init) ?? got, default: 0] += 1
        guard got == expected else { throw Disagreement(sentence: "the ledger says \(got), the naive one \(expected)") }
        note(happening, command, outcome)
        try compare()
        try repeatWithoutEffect(command, index)
    }

    private mutating func note(_ happening: Happening, _ command: LedgerCommand, _ outcome: LedgerOutcome) {
        switch (happening, outcome) {
        case (.hold(let name, _, _), .held(let funds)), (.openJob(let name, _, _), .held(let funds)): holds[name] = funds.hold
        case (_, .closed(let receipt)):
            closed.append(command)
            if let name = happening.hold { charges[name] = receipt.charge.nanodollars }
        case (_, .price(let version)): price = version
        default: break
        }
    }

    // MARK: The ledger under trial

    private mutating func step(_ command: LedgerCommand) -> LedgerOutcome {
        let step = ledger.step(bug?.alter(command) ?? command, at: LedgerTrial.now)
        memory.keep(bug?.alter(step.records) ?? step.records)
        return step.outcome
    }

    private mutating func crash() {
        let image = memory.reopen()
        memory.keep([.epoch(image.epoch.next, at: LedgerTrial.now)])
        ledger = Ledger(image, epoch: image.epoch.next)
        naive.crash()
    }

    private func command(_ happening: Happening) -> LedgerCommand? {
        // A hold that was never made has a number that nobody has.
        func hold(_ name: Int) -> HoldID { holds[name] ?? HoldID(1_000_000_000 + Int64(name)) }
        switch happening {
        case .grant(let purse, let amount, let reference):
            return .grant(purse: purse, amount: Money(nanodollars: amount), reference: "r\(reference)")
        case .revoke(let key): return .revokeKey(key)
        case .price(let price): return .setPrice(model: "m", price: price)
        case .hold(let name, let key, let wish): return request(name, key, wish).map(LedgerCommand.hold)
        case .openJob(let name, let key, let wish):
            return request(name, key, wish).map { .openJob($0, job(name, isOver: false)) }
        case .noteJob(let name): return .noteJob(hold(name), job(name, isOver: false))
        case .closeJob(let name, let units): return .closeJob(hold(name), units: units, note: "", job(name, isOver: true))
        case .dispatch(let name, let engine): return .dispatch(hold(name), engine: engine)
        case .accept(let name): return .accept(hold(name))
        case .progress(let name, let tokens): return .progress(hold(name), outputTokens: tokens)
        case .extend(let name, let tokens): return .extend(hold(name), outputTokens: tokens)
        case .settle(let name, let usage): return .settle(hold(name), usage: usage, source: .measured, note: "")
        case .release(let name): return .release(hold(name), reason: "")
        case .recover(let name): return .recover(hold(name))
        case .crash: return nil
        }
    }

    private func request(_ name: Int, _ key: KeyID, _ wish: Happening.Wish) -> HoldRequest? {
        price.map { price in
            let quote = Quote(
                price: price, inputBoundTokens: wish.bound, inputFairTokens: wish.fair, choices: wish.choices,
                outputCap: wish.cap, extraOutputTokens: wish.extra, tranche: wish.tranche, inputHiddenTokens: wish.hidden)
            return HoldRequest(request: RequestID("req_\(name)"), key: key, quote: quote, engine: "one")
        }
    }

    private func job(_ name: Int, isOver: Bool) -> SealedJob {
        SealedJob(
            id: Int64(name) + 1, purse: TrialHouse.purses[0], submitted: LedgerTrial.now, isOver: isOver, contents: [])
    }

    // MARK: What must be true

    private func compare() throws(Disagreement) {
        for purse in TrialHouse.purses {
            let balance = ledger.balance(of: purse)
            let free = naive.available[purse] ?? .zero
            let held = naive.held(purse)
            guard balance.available >= .zero, BigNumber(balance.available.nanodollars) == free, balance.held >= .zero,
                BigNumber(balance.held.nanodollars) == held
            else {
                throw Disagreement(
                    sentence:
                        "leaves \(balance.available.nanodollars) and \(balance.held.nanodollars), due are \(free) and \(held)")
            }
            guard free + held + (naive.paid[purse] ?? .zero) == naive.granted[purse] ?? .zero else {
                throw Disagreement(sentence: "money is not conserved")
            }
        }
        for (key, spent) in naive.spent {
            guard BigNumber((ledger.spent[key] ?? .zero).nanodollars) == spent else {
                throw Disagreement(sentence: "\(key) spent \(ledger.spent[key] ?? .zero), due is \(spent)")
            }
            if let limit = naive.limits[key], spent > limit { throw Disagreement(sentence: "\(key) spent more than its limit") }
        }
        let open = ledger.openHolds.count + ledger.jobHoldCount
        guard open == naive.holds.count else {
            throw Disagreement(sentence: "\(open) holds are open, due are \(naive.holds.count)")
        }
    }

    private var state: ([Balance], [KeyID: Money], [HoldID: Hold], [PriceVersion]) {
        (TrialHouse.purses.map(ledger.balance), ledger.spent, ledger.openHolds, ledger.prices)
    }

    /// The same command again, and one that closed a hold long ago, move nothing. Only what sets aside more each time is left out.
    private mutating func repeatWithoutEffect(_ command: LedgerCommand, _ index: Int) throws(Disagreement) {
        if !closed.isEmpty {
            let old = closed[index % closed.count]
            guard case .stale = step(old) else { throw Disagreement(sentence: "what was closed could be closed again: \(old)") }
        }
        switch command {
        case .hold, .openJob, .extend, .dispatch, .openAccount, .createKey: return
        default: break
        }
        let (before, jobs) = (state, ledger.jobHoldCount)
        _ = step(command)
        guard before == state, jobs == ledger.jobHoldCount else {
            throw Disagreement(sentence: "moves something when it is repeated")
        }
    }
}

/// A mistake to make on purpose, to see whether a trial finds it and how small a list it is shrunk to.
package enum PlantedLedgerBug: String, CaseIterable, Sendable {
    /// What was delivered is not written down.
    case progressUnwritten
    /// Extensions are granted and not written down.
    case extensionsUnwritten
    /// A revoked key goes on.
    case revocationIgnored
    /// Cached tokens are billed as plain ones.
    case cachedBilledPlain

    func alter(_ command: LedgerCommand) -> LedgerCommand {
        switch (self, command) {
        case (.revocationIgnored, .revokeKey): return .revokeKey(KeyID(99))
        case (.cachedBilledPlain, .settle(let hold, var usage, let source, let note)) where usage.isPlausible:
            usage.cachedTokens = 0
            return .settle(hold, usage: usage, source: source, note: note)
        default: return command
        }
    }

    func alter(_ records: [LedgerRecord]) -> [LedgerRecord] {
        records.filter { record in
            switch (self, record) {
            case (.progressUnwritten, .holdChanged(let hold)): !(hold.state.isOpen && hold.outputTokens > 0)
            case (.extensionsUnwritten, .holdExtended): false
            default: true
            }
        }
    }
}

extension LedgerOutcome {
    /// In the naive ledger's words.
    fileprivate var answer: NaiveLedger.Answer {
        switch self {
        case .account, .key, .price, .codes, .redeemed, .order, .user: "given"
        case .credited(_, _, let repeated): repeated ? "repeated" : "credited"
        case .held(let funds): "held \(funds.amount.nanodollars) cap \(funds.outputCap)"
        case .extended(let amount): "extended to \(amount.nanodollars)"
        case .closed(let receipt): "closed for \(receipt.charge.nanodollars), lost \(receipt.writeoff.nanodollars)"
        case .noted: "noted"
        case .stale: "stale"
        case .refused(.unknownKey): "unknown key"
        case .refused(.keyRevoked): "revoked"
        case .refused(.notPriceable): "not priceable"
        case .refused(.insufficientBalance(let needed, let available)):
            "insufficient, \(needed.nanodollars) of \(available.nanodollars)"
        case .refused(.keyLimitReached(let needed, let left)): "key limit, \(needed.nanodollars) of \(left.nanodollars)"
        case .rejected(.referenceTaken): "reference taken"
        case .rejected(.amountOutOfRange): "out of range"
        case .refused, .rejected: "\(self)"
        }
    }
}
