import Commerce
import Units

/// What the ledger must answer, worked out a second time in the plainest way: no entries, no records, big numbers, linear lists.
/// It decides from the rules in prose, and shares no arithmetic with the ledger.
struct NaiveLedger {
    struct Price {
        var input: BigNumber
        var cached: BigNumber
        var output: BigNumber

        init(_ price: ModelPrice) {
            input = BigNumber(price.input.nanodollarsPerMillion)
            cached = BigNumber((price.cachedInput ?? price.input).nanodollarsPerMillion)
            output = BigNumber(price.output.nanodollarsPerMillion)
        }

        func cost(plain: Int, cached cachedTokens: Int, output outputTokens: Int) -> BigNumber {
            (BigNumber(Int64(plain)) * input + BigNumber(Int64(cachedTokens)) * cached + BigNumber(Int64(outputTokens)) * output)
                .millionthsRoundedUp
        }

        func bound(_ quote: Quote, cap: Int, without hidden: Int = 0) -> BigNumber {
            (BigNumber(Int64(quote.inputBoundTokens - hidden)) * max(input, cached)
                + BigNumber(Int64(cap * quote.choices + quote.extraOutputTokens)) * output).millionthsRoundedUp
        }

        func fair(_ quote: Quote, cap: Int) -> BigNumber {
            cost(plain: quote.inputFairTokens, cached: 0, output: cap * quote.choices + quote.extraOutputTokens)
        }
    }

    struct Hold {
        var key: KeyID
        var purse: Purse
        var amount: BigNumber
        var price: Price
        var fair: Int
        var output = 0
        var accepted = false
        var life: Int
        /// A crash passes it on.
        var isOfJob = false
    }

    /// What is said about an outcome: enough to tell any two apart.
    typealias Answer = String

    var life = 1
    var available: [Purse: BigNumber] = [:]
    var granted: [Purse: BigNumber] = [:]
    var paid: [Purse: BigNumber] = [:]
    var spent: [KeyID: BigNumber] = [:]
    var limits: [KeyID: BigNumber] = [:]
    var revoked: Set<KeyID> = []
    var purses: [KeyID: Purse] = [:]
    var references: [Purse: [String: Money]] = [:]
    var holds: [HoldID: Hold] = [:]
    /// How often money moved: a hold has the number of the movement that opened it.
    var movements: Int64 = 0

    func held(_ purse: Purse) -> BigNumber {
        holds.values.filter { $0.purse == purse }.reduce(.zero) { $0 + $1.amount }
    }

    mutating func answer(_ command: LedgerCommand) -> Answer {
        switch command {
        case .grant(let purse, let amount, let reference): grant(purse, amount, reference)
        case .revokeKey(let key): revoke(key)
        case .hold(let request): hold(request.key, request.quote)
        case .dispatch(let id, _): change(id) { $0.accepted = false }
        case .accept(let id): change(id) { $0.accepted = true }
        case .progress(let id, let tokens): change(id) { $0.progress(tokens) }
        case .extend(let id, let tokens): extend(id, tokens)
        case .settle(let id, let usage, _, _): settle(id, usage)
        case .release(let id, _): isMine(id) ? close(id, cost: .zero, most: .zero) : "stale"
        case .recover(let id): recover(id)
        case .holdNamed(let request, _): hold(request.key, request.quote)
        case .keepAnswer, .noteAttempt: "noted"
        case .openJob(let request, _): hold(request.key, request.quote, isOfJob: true)
        case .noteJob(let id, _): holds[id]?.isOfJob == true ? "noted" : "stale"
        case .closeJob(let id, let units, _, _): closeJob(id, units)
        case .noteCallback: "noted"
        case .openAccount, .createKey, .setPrice: "given"
        // No trial asks for these: see Tests/CommerceTests/TopUpTests.swift.
        case .adjust, .topUp, .people: "given"
        }
    }

    mutating func crash() {
        life += 1
        for (id, hold) in holds where hold.isOfJob { holds[id]?.life = life }
    }

    private mutating func revoke(_ key: KeyID) -> Answer {
        revoked.insert(key)
        return "given"
    }

    private mutating func grant(_ purse: Purse, _ amount: Money, _ reference: String) -> Answer {
        if let known = references[purse]?[reference] { return known == amount ? "repeated" : "reference taken" }
        guard amount.nanodollars > 0 else { return "out of range" }
        let more = BigNumber(amount.nanodollars)
        guard (available[purse] ?? .zero) + held(purse) + more <= BigNumber(1_000_000_000_000_000_000) else {
            return "out of range"
        }
        movements += 1
        references[purse, default: [:]][reference] = amount
        available[purse] = (available[purse] ?? .zero) + more
        granted[purse] = (granted[purse] ?? .zero) + more
        return "credited"
    }

    private mutating func hold(_ key: KeyID, _ quote: Quote, isOfJob: Bool = false) -> Answer {
        guard let purse = purses[key] else { return "unknown key" }
        guard !revoked.contains(key) else { return "revoked" }
        let most = 2_147_483_648
        guard quote.inputBoundTokens <= most, quote.outputCap <= most,
            quote.outputCap * quote.choices + quote.extraOutputTokens <= most
        else { return "not priceable" }
        let price = Price(quote.price.price)
        let free = available[purse] ?? .zero
        let left = limits[key].map { $0 - (spent[key] ?? .zero) - heldBy(key) }
        let funds = min(free, left ?? free)
        let floor = min(quote.outputCap, 16)
        var amount = price.bound(quote, cap: quote.outputCap)
        var cap = quote.outputCap
        if amount > funds {
            let least = price.fair(quote, cap: floor)
            guard least <= funds else {
                if let left, left < free { return "key limit, \(least) of \(left)" }
                return "insufficient, \(least) of \(free)"
            }
            amount = funds
            cap = largestCap(price, quote, funds)
        }
        if let tranche = quote.tranche { amount = opening(price, quote, tranche, funds) }
        movements += 1
        holds[HoldID(movements)] = Hold(
            key: key, purse: purse, amount: amount, price: price, fair: quote.inputFairTokens, life: life, isOfJob: isOfJob)
        available[purse] = free - amount
        return "held \(amount) cap \(cap)"
    }

    /// The dearest the prompt can be by what is shown of it, sixteen tokens an answer, and a thirty-second part of what is then left for as much more
    /// as a tranche has; everything, when that is not there.
    private func opening(_ price: Price, _ quote: Quote, _ tranche: Int, _ funds: BigNumber) -> BigNumber {
        let hidden = min(quote.inputHiddenTokens, quote.inputBoundTokens - quote.inputFairTokens)
        let floor = price.bound(quote, cap: min(quote.outputCap, 16), without: hidden)
        guard floor <= funds else { return funds }
        let full = price.bound(quote, cap: min(quote.outputCap, max(16, tranche)))
        return min(full, floor + (funds - floor).divided(by: 32))
    }

    private mutating func extend(_ id: HoldID, _ tokens: Int) -> Answer {
        guard isMine(id), let hold = holds[id] else { return "stale" }
        let wanted = hold.price.cost(plain: 0, cached: 0, output: max(0, min(tokens, 2_147_483_648)))
        guard wanted > .zero else { return "extended to \(hold.amount)" }
        let free = available[hold.purse] ?? .zero
        let left = limits[hold.key].map { $0 - (spent[hold.key] ?? .zero) - heldBy(hold.key) }
        let funds = min(free, left ?? free)
        let token = hold.price.cost(plain: 0, cached: 0, output: 1)
        guard token <= funds else {
            if let left, left < free { return "key limit, \(token) of \(left)" }
            return "insufficient, \(token) of \(free)"
        }
        let share = max(hold.price.cost(plain: 0, cached: 0, output: 16), funds.divided(by: 32))
        let more = min(wanted, min(share, funds))
        movements += 1
        holds[id]?.amount = hold.amount + more
        available[hold.purse] = free - more
        return "extended to \(hold.amount + more)"
    }

    /// By halving: the largest cap whose fair cost is within the funds.
    private func largestCap(_ price: Price, _ quote: Quote, _ funds: BigNumber) -> Int {
        var low = 0
        var high = quote.outputCap
        while low < high {
            let middle = (low + high + 1) / 2
            if price.fair(quote, cap: middle) <= funds { low = middle } else { high = middle - 1 }
        }
        return low
    }

    private func heldBy(_ key: KeyID) -> BigNumber {
        holds.values.filter { $0.key == key }.reduce(.zero) { $0 + $1.amount }
    }

    private mutating func closeJob(_ id: HoldID, _ units: Int?) -> Answer {
        guard holds[id]?.isOfJob == true else { return "stale" }
        // From here on it is a hold like any other.
        holds[id]?.isOfJob = false
        return units.map { settle(id, Usage(promptTokens: 0, completionTokens: $0)) } ?? close(id, cost: .zero, most: .zero)
    }

    private func isMine(_ id: HoldID) -> Bool { holds[id]?.life == life && holds[id]?.isOfJob == false }

    private mutating func change(_ id: HoldID, _ edit: (inout Hold) -> Void) -> Answer {
        guard isMine(id), var hold = holds[id] else { return "stale" }
        edit(&hold)
        holds[id] = hold
        return "noted"
    }

    private mutating func settle(_ id: HoldID, _ usage: Usage) -> Answer {
        guard isMine(id), let hold = holds[id] else { return "stale" }
        let counts = [usage.promptTokens, usage.cachedTokens, usage.completionTokens, usage.reasoningTokens]
        let sensible =
            counts.allSatisfy { $0 >= 0 && $0 <= 2_147_483_648 } && usage.cachedTokens <= usage.promptTokens
            && usage.reasoningTokens <= usage.completionTokens
        let cost =
            sensible
            ? hold.price.cost(
                plain: usage.promptTokens - usage.cachedTokens, cached: usage.cachedTokens, output: usage.completionTokens)
            : hold.price.cost(plain: hold.fair, cached: 0, output: hold.output)
        var free = available[hold.purse] ?? .zero
        if let limit = limits[hold.key] { free = min(free, limit - (spent[hold.key] ?? .zero) - heldBy(hold.key)) }
        return close(id, cost: cost, most: hold.amount + free)
    }

    private mutating func recover(_ id: HoldID) -> Answer {
        guard let hold = holds[id], hold.life < life else { return "stale" }
        guard hold.accepted else { return close(id, cost: .zero, most: .zero) }
        let cost = min(hold.price.cost(plain: hold.fair, cached: 0, output: hold.output), hold.amount)
        return close(id, cost: cost, most: hold.amount)
    }

    private mutating func close(_ id: HoldID, cost: BigNumber, most: BigNumber) -> Answer {
        guard let hold = holds.removeValue(forKey: id) else { return "stale" }
        movements += 1
        let charge = min(cost, most)
        available[hold.purse] = (available[hold.purse] ?? .zero) + hold.amount - charge
        spent[hold.key] = (spent[hold.key] ?? .zero) + charge
        paid[hold.purse] = (paid[hold.purse] ?? .zero) + charge
        return "closed for \(charge), lost \(cost - charge)"
    }
}

extension NaiveLedger.Hold {
    fileprivate mutating func progress(_ tokens: Int) {
        output = max(output, min(tokens, 2_147_483_648))
        accepted = accepted || output > 0
    }
}
