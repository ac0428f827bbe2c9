import Commerce
import TestKit
import Testing
import Units

/// Random commands against the naive model; a failure names its seed, which replays it.
@Suite struct `Any order of any commands` {
    @Test(arguments: 1...40)
    func `answers as the naive ledger does, and is never negative`(number: UInt64) throws {
        var world = try RandomWorld(Seed(number))
        for step in 1...1250 { try world.step("seed \(number), step \(step)") }
        #expect(world.seen.count >= 11, "seed \(number) met only \(world.seen.keys.sorted())")
    }
}

/// Two accounts, six keys, both ledgers, and everything that ever closed.
private struct RandomWorld {
    private var seed: Seed
    private var memory = LedgerMemory()
    private var ledger: Ledger
    private var naive = NaiveLedger()
    private var closed: [LedgerCommand] = []
    private var prices: [PriceVersion] = []
    private var requests = 0
    /// How often each kind of answer was met.
    var seen: [String: Int] = [:]

    init(_ seed: Seed) throws {
        self.seed = seed
        memory.keep([.epoch(Epoch(1), at: Instant(seconds: 0))])
        ledger = Ledger(memory.reopen(), epoch: Epoch(1))
        for name in ["A", "B"] { _ = step(.openAccount(name: name)) }
        let limits: [Int64?] = [nil, 60_000, nil, 2_000_000, nil, 0]
        for (index, limit) in limits.enumerated() {
            let purse = Purse(account: AccountID(index < 4 ? 1 : 2), book: index == 2 ? .test : .live)
            let mac = [UInt8](repeating: UInt8(index), count: 32)
            let wish = NewKey(
                account: purse.account, book: purse.book, mac: mac, prefix: "sk-", limit: limit.map(Money.init(nanodollars:)))
            guard case .key(let key) = step(.createKey(wish)) else { continue }
            naive.purses[key.id] = purse
            naive.limits[key.id] = limit.map(BigNumber.init)
        }
        changePrice()
    }

    private mutating func step(_ command: LedgerCommand) -> LedgerOutcome {
        let step = ledger.step(command, at: Instant(seconds: 1))
        memory.keep(step.records)
        return step.outcome
    }

    mutating func step(_ label: String) throws {
        if seed.once(in: 40) { changePrice() }
        if seed.once(in: 150) { crash() }
        let command = randomCommand()
        let expected = naive.answer(command)
        let stale = ledger.staleCommands
        let outcome = step(command)
        let got = outcome.answer
        #expect(got == expected, "\(label): \(command)")
        seen[got.split(whereSeparator: { $0.isNumber || $0 == "," }).first.map(String.init) ?? got, default: 0] += 1
        if case .closed = outcome { closed.append(command) }
        if case .stale = outcome { #expect(ledger.staleCommands == stale + 1, "\(label)") }
        checkBalances(label)
        if let again = closed.randomElement(using: &seed) {
            guard case .stale = step(again) else {
                Issue.record("\(label): what was closed could be closed again")
                return
            }
        }
    }

    private func checkBalances(_ label: String) {
        for purse in Set(naive.purses.values) {
            let balance = ledger.balance(of: purse)
            let free = naive.available[purse] ?? .zero
            let held = naive.held(purse)
            #expect(balance.available.nanodollars.description == free.description, "\(label): \(purse)")
            #expect(balance.held.nanodollars.description == held.description, "\(label): \(purse)")
            #expect(free + held + (naive.paid[purse] ?? .zero) == naive.granted[purse] ?? .zero, "\(label): money is conserved")
        }
        for (key, spent) in naive.spent {
            #expect((ledger.spent[key] ?? .zero).nanodollars.description == spent.description, "\(label): \(key)")
            if let limit = naive.limits[key] { #expect(spent <= limit, "\(label): \(key)") }
        }
        #expect(ledger.openHolds.count == naive.holds.count, "\(label)")
    }

    private mutating func crash() {
        let image = memory.reopen()
        memory.keep([.epoch(image.epoch.next, at: Instant(seconds: 1))])
        ledger = Ledger(image, epoch: image.epoch.next)
        naive.crash()
    }

    private mutating func changePrice() {
        let rates: [Int64] = [0, 1, 999_999, 150_000_000, 600_000_000, 10_000_000_000]
        let pick = { (seed: inout Seed) in Rate(nanodollarsPerMillion: rates.randomElement(using: &seed) ?? 0) ?? .free }
        let price = ChatPrice(input: pick(&seed), cachedInput: seed.once(in: 2) ? pick(&seed) : nil, output: pick(&seed))
        if case .price(let version) = step(.setPrice(model: "m", price: price)) { prices.append(version) }
    }

    private mutating func randomCommand() -> LedgerCommand {
        let anyHold = HoldID(Int64.random(in: 1...max(1, naive.lastHold), using: &seed))
        let openHold = naive.holds.keys.sorted().randomElement(using: &seed) ?? anyHold
        let hold = seed.once(in: 8) ? anyHold : openHold
        switch Int.random(in: 0..<100, using: &seed) {
        case 0..<8: return grant()
        case 8..<48: return .hold(holdRequest())
        case 48..<51: return .dispatch(hold, engine: seed.once(in: 2) ? "one" : "two")
        case 51..<56: return .accept(hold)
        case 56..<59: return .progress(hold, outputTokens: [-4, 0, 3, 40, .max].randomElement(using: &seed) ?? 0)
        case 59..<68: return .extend(hold, outputTokens: [-1, 0, 1, 16, 40, 300, .max].randomElement(using: &seed) ?? 0)
        case 68..<84: return .settle(hold, usage: usage(), source: .measured, note: "")
        case 84..<91: return .release(hold, reason: "")
        case 91..<99: return .recover(hold)
        default: return seed.once(in: 10) ? .revokeKey(KeyID(5)) : grant()
        }
    }

    private mutating func grant() -> LedgerCommand {
        let amounts: [Int64] = [0, -1, 1, 20_000, 1_000_000, 50_000_000, .min, .max, 1_000_000_000_000_000_000]
        let amount = seed.once(in: 3) ? amounts.randomElement(using: &seed) ?? 0 : Int64.random(in: 1...3_000_000, using: &seed)
        let purse = naive.purses.values.sorted { "\($0)" < "\($1)" }.randomElement(using: &seed)
        return .grant(
            purse: purse ?? Purse(account: AccountID(1), book: .live), amount: Money(nanodollars: amount),
            reference: "r\(Int.random(in: 0..<400, using: &seed))")
    }

    private mutating func holdRequest() -> HoldRequest {
        requests += 1
        let recent = prices.suffix(3).randomElement(using: &seed) ?? prices[0]
        let bound = seed.once(in: 60) ? 1 << 40 : Int.random(in: 0...600, using: &seed)
        return HoldRequest(
            request: RequestID("req_\(requests)"), key: KeyID(Int64.random(in: 1...(seed.once(in: 30) ? 9 : 6), using: &seed)),
            quote: Quote(
                price: recent, inputBoundTokens: bound, inputFairTokens: Int.random(in: 0...200, using: &seed),
                choices: [1, 1, 1, 2, 128].randomElement(using: &seed) ?? 1,
                outputCap: [1, 16, 30, 100, 1000].randomElement(using: &seed) ?? 1,
                extraOutputTokens: [0, 0, 0, 9].randomElement(using: &seed) ?? 0,
                tranche: [nil, 1, 16, 64, 1024].randomElement(using: &seed) ?? nil,
                inputHiddenTokens: [0, 0, 50, 5000].randomElement(using: &seed) ?? 0), engine: "one")
    }

    private mutating func usage() -> Usage {
        let wild = [-1, .min, .max, 1 << 31, 1 << 31 + 1]
        if seed.once(in: 12) {
            return Usage(
                promptTokens: wild.randomElement(using: &seed) ?? 0, completionTokens: wild.randomElement(using: &seed) ?? 0)
        }
        let prompt = Int.random(in: 0...800, using: &seed)
        let completion = Int.random(in: 0...1500, using: &seed)
        return Usage(
            promptTokens: prompt, cachedTokens: seed.once(in: 3) ? Int.random(in: 0...prompt + 1, using: &seed) : 0,
            completionTokens: completion, reasoningTokens: Int.random(in: 0...completion, using: &seed))
    }
}

extension LedgerOutcome {
    /// In the naive ledger's words.
    fileprivate var answer: NaiveLedger.Answer {
        switch self {
        case .account, .key, .price: "given"
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
