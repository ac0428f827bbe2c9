import Commerce
import Units

extension Happening {
    /// The same thing with a smaller number in it, the smallest first.
    var simpler: [Happening] {
        switch self {
        case .grant(let purse, let amount, let reference):
            smaller(amount).map { .grant(purse, $0, reference: reference) }
        case .progress(let name, let tokens): smaller(Int64(tokens)).map { .progress(name, tokens: Int($0)) }
        case .extend(let name, let tokens): smaller(Int64(tokens)).map { .extend(name, tokens: Int($0)) }
        case .hold(let name, let key, let wish): wish.simpler.map { .hold(name, key, $0) }
        case .settle(let name, let usage): usage.simpler.map { .settle(name, $0) }
        case .price(let price): price.simpler.map { .price($0) }
        case .openJob(let name, let key, let wish): wish.simpler.map { .openJob(name, key, $0) }
        case .closeJob(let name, let units): (units.map { smaller(Int64($0)) } ?? []).map { .closeJob(name, units: Int($0)) }
        case .noteJob, .revoke, .dispatch, .accept, .release, .recover, .crash: []
        }
    }
}

/// Closer to zero, by leaps first and by smaller and smaller steps then, so that an end is found in few tries.
private func smaller(_ number: Int64) -> [Int64] {
    guard number > 0 else { return [] }
    let steps = (1..<64).map { number >> Int64($0) }.prefix { $0 > 0 }
    return ([0, 1, 10, 1000] + steps.map { number - $0 } + [number - 1]).filter { $0 < number }
}

extension Happening.Wish {
    fileprivate var simpler: [Happening.Wish] {
        var all: [Happening.Wish] = []
        let plain = Happening.Wish(bound: 0, fair: 0, choices: 1, cap: 1, extra: 0, tranche: nil, hidden: 0)
        if self != plain { all.append(plain) }
        for path in [\Happening.Wish.bound, \.fair, \.extra, \.hidden] {
            for number in smaller(Int64(self[keyPath: path])) { all.append(with(path, Int(number))) }
        }
        for path in [\Happening.Wish.choices, \.cap] {
            for number in smaller(Int64(self[keyPath: path])) where number > 0 { all.append(with(path, Int(number))) }
        }
        if tranche != nil {
            var whole = self
            whole.tranche = nil
            all.append(whole)
        }
        return all
    }

    private func with(_ path: WritableKeyPath<Happening.Wish, Int>, _ number: Int) -> Happening.Wish {
        var changed = self
        changed[keyPath: path] = number
        return changed
    }
}

extension Usage {
    fileprivate var simpler: [Usage] {
        var all: [Usage] = []
        if self != .none { all.append(.none) }
        for path in [\Usage.promptTokens, \.cachedTokens, \.completionTokens, \.reasoningTokens] {
            for number in smaller(Int64(self[keyPath: path])) {
                var changed = self
                changed[keyPath: path] = Int(number)
                all.append(changed)
            }
        }
        return all
    }
}

extension ModelPrice {
    fileprivate var simpler: [ModelPrice] {
        let dollar = Rate(nanodollarsPerMillion: 1_000_000_000) ?? .free
        let candidates = [ModelPrice.free, ModelPrice(input: dollar, output: dollar), ModelPrice(input: .free, output: dollar)]
        guard let known = candidates.firstIndex(of: self) else { return candidates }
        return Array(candidates[..<known])
    }
}
