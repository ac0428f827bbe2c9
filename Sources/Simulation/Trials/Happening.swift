package import Commerce
import TestKit
package import Units

/// One thing that happens in a trial. Holds go by the number of the happening that asked for them, so that a list from which
/// some were struck out still means something.
package enum Happening: Hashable, Sendable, CustomStringConvertible {
    case grant(Purse, Int64, reference: Int)
    case revoke(KeyID)
    case price(ModelPrice)
    case hold(Int, KeyID, Wish)
    case dispatch(Int, engine: String)
    case accept(Int)
    case progress(Int, tokens: Int)
    case extend(Int, tokens: Int)
    case settle(Int, Usage)
    case release(Int)
    case recover(Int)
    /// The same as `hold`, for a job: it outlives a crash.
    case openJob(Int, KeyID, Wish)
    case noteJob(Int)
    case closeJob(Int, units: Int?)
    /// The process dies and another begins with what was recorded.
    case crash

    /// A quote, but for its price.
    package struct Wish: Hashable, Sendable {
        var bound: Int
        var fair: Int
        var choices: Int
        var cap: Int
        var extra: Int
        var tranche: Int?
        var hidden: Int
    }

    package var description: String {
        switch self {
        case .grant(let purse, let amount, let reference):
            "grant \(amount) to \(purse.account) \(purse.book), reference \(reference)"
        case .revoke(let key): "revoke \(key)"
        case .price(let price):
            "price \(price.input.nanodollarsPerMillion)/\(price.cachedInput?.nanodollarsPerMillion.description ?? "-")/"
                + "\(price.output.nanodollarsPerMillion)"
        case .hold(let name, let key, let wish):
            "hold \(name) by \(key): \(wish.bound)/\(wish.fair) in, \(wish.choices) × \(wish.cap) + \(wish.extra) out, "
                + "tranche \(wish.tranche?.description ?? "-"), \(wish.hidden) hidden"
        case .dispatch(let name, let engine): "dispatch \(name) to \(engine)"
        case .accept(let name): "accept \(name)"
        case .progress(let name, let tokens): "progress \(name) to \(tokens)"
        case .extend(let name, let tokens): "extend \(name) by \(tokens)"
        case .settle(let name, let usage):
            "settle \(name) for \(usage.promptTokens) (\(usage.cachedTokens)) in, \(usage.completionTokens) (\(usage.reasoningTokens)) out"
        case .release(let name): "release \(name)"
        case .recover(let name): "recover \(name)"
        case .openJob(let name, let key, let wish):
            "job \(name) by \(key): \(wish.bound)/\(wish.fair) in, \(wish.choices) × \(wish.cap) out"
        case .noteJob(let name): "note job \(name)"
        case .closeJob(let name, let units): "close job \(name) for \(units?.description ?? "nothing")"
        case .crash: "crash"
        }
    }

    /// The account it is about; nil when it is about all. Happenings of different accounts do not touch one another.
    var account: AccountID? {
        switch self {
        case .grant(let purse, _, _): purse.account
        case .revoke(let key), .hold(_, let key, _), .openJob(_, let key, _): TrialHouse.purse(of: key)?.account
        case .price, .crash: nil
        case .dispatch, .accept, .progress, .extend, .settle, .release, .recover, .noteJob, .closeJob: nil
        }
    }

    /// The hold it is about.
    var hold: Int? {
        switch self {
        case .hold(let name, _, _), .dispatch(let name, _), .accept(let name), .progress(let name, _), .extend(let name, _),
            .settle(let name, _), .release(let name), .recover(let name), .openJob(let name, _, _), .noteJob(let name),
            .closeJob(let name, _):
            name
        case .grant, .revoke, .price, .crash: nil
        }
    }
}

/// What every trial begins with: two accounts and six keys, some of them limited.
enum TrialHouse {
    static let limits: [Int64?] = [nil, 60_000, nil, 2_000_000, nil, 0]
    static let accounts = ["A", "B"]
    static let purses = [
        Purse(account: AccountID(1), book: .live), Purse(account: AccountID(1), book: .test),
        Purse(account: AccountID(2), book: .live),
    ]

    /// nil for a key that does not exist.
    static func purse(of key: KeyID) -> Purse? {
        guard 1...Int64(limits.count) ~= key.value else { return nil }
        return key.value > 4 ? purses[2] : key.value == 3 ? purses[1] : purses[0]
    }
}

extension Happening {
    /// A list of chance: the same seed makes the same list, whatever comes of it.
    package static func random(_ count: Int, _ seed: UInt64) -> [Happening] {
        var chance = Seed(seed)
        var open: [Int] = []
        var all: [Happening] = [.price(price(&chance))]
        while all.count < count { all.append(random(all.count, &open, &chance)) }
        return all
    }

    private static func random(_ name: Int, _ open: inout [Int], _ chance: inout Seed) -> Happening {
        let some = open.isEmpty || chance.once(in: 8) ? Int.random(in: 0...name, using: &chance) : pick(open.suffix(12), &chance)
        switch Int.random(in: 0..<1000, using: &chance) {
        case 0..<80: return grant(&chance)
        case 80..<140:
            open.append(name)
            return .openJob(name, KeyID(Int64.random(in: 1...6, using: &chance)), wish(&chance))
        case 140..<480:
            open.append(name)
            return .hold(name, KeyID(Int64.random(in: 1...(chance.once(in: 30) ? 9 : 6), using: &chance)), wish(&chance))
        case 480..<510: return .dispatch(some, engine: pick(["one", "two"], &chance))
        case 510..<560: return .accept(some)
        case 560..<590: return .progress(some, tokens: pick([-4, 0, 3, 40, .max], &chance))
        case 590..<680: return .extend(some, tokens: pick([-1, 0, 1, 16, 40, 300, .max], &chance))
        case 680..<840:
            open.removeAll { $0 == some }
            return .settle(some, usage(&chance))
        case 840..<900:
            open.removeAll { $0 == some }
            return .release(some)
        case 900..<920: return .noteJob(some)
        case 920..<950:
            open.removeAll { $0 == some }
            return .closeJob(some, units: pick([nil, 0, 1, 1, 2, 1 << 31, 1 << 31 + 1, -1], &chance))
        case 950..<965: return .recover(some)
        case 965..<990: return .price(price(&chance))
        case 990..<998: return .crash
        default: return .revoke(KeyID(5))
        }
    }

    private static func pick<Elements: Collection>(_ elements: Elements, _ chance: inout Seed) -> Elements.Element {
        guard let element = elements.randomElement(using: &chance) else { preconditionFailure("there is something to pick") }
        return element
    }

    private static func grant(_ chance: inout Seed) -> Happening {
        let odd: [Int64] = [0, -1, 1, 20_000, 1_000_000, 50_000_000, .min, .max, 1_000_000_000_000_000_000]
        let amount = chance.once(in: 3) ? pick(odd, &chance) : Int64.random(in: 1...3_000_000, using: &chance)
        return .grant(pick(TrialHouse.purses, &chance), amount, reference: Int.random(in: 0..<400, using: &chance))
    }

    private static func price(_ chance: inout Seed) -> ModelPrice {
        let rates: [Int64] = [0, 1, 999_999, 150_000_000, 600_000_000, 10_000_000_000]
        let rate = { (chance: inout Seed) in Rate(nanodollarsPerMillion: pick(rates, &chance)) ?? .free }
        return ModelPrice(input: rate(&chance), cachedInput: chance.once(in: 2) ? rate(&chance) : nil, output: rate(&chance))
    }

    private static func wish(_ chance: inout Seed) -> Wish {
        Wish(
            bound: chance.once(in: 60) ? 1 << 40 : Int.random(in: 0...600, using: &chance),
            fair: Int.random(in: 0...200, using: &chance), choices: pick([1, 1, 1, 2, 128], &chance),
            cap: pick([1, 16, 30, 100, 1000], &chance), extra: pick([0, 0, 0, 9], &chance),
            tranche: pick([nil, 1, 16, 64, 1024], &chance), hidden: pick([0, 0, 50, 5000], &chance))
    }

    private static func usage(_ chance: inout Seed) -> Usage {
        let wild = [-1, .min, .max, 1 << 31, 1 << 31 + 1]
        if chance.once(in: 12) { return Usage(promptTokens: pick(wild, &chance), completionTokens: pick(wild, &chance)) }
        let prompt = Int.random(in: 0...800, using: &chance)
        let completion = Int.random(in: 0...1500, using: &chance)
        return Usage(
            promptTokens: prompt, cachedTokens: chance.once(in: 3) ? Int.random(in: 0...prompt + 1, using: &chance) : 0,
            completionTokens: completion, reasoningTokens: Int.random(in: 0...completion, using: &chance))
    }
}
