/// A natural number of any size, as schoolchildren reckon: limbs of three decimal digits, the least first. Slow, plain, and
/// nothing the ledger uses.
struct BigNumber: Comparable, Hashable, CustomStringConvertible {
    private var limbs: [Int]

    init(_ value: Int64) {
        precondition(value >= 0, "a natural number")
        limbs = []
        var rest = value
        while rest > 0 {
            limbs.append(Int(rest % 1000))
            rest /= 1000
        }
    }

    private init(limbs: [Int]) {
        self.limbs = limbs
        while self.limbs.last == 0 { self.limbs.removeLast() }
    }

    static let zero = BigNumber(0)

    static func < (left: BigNumber, right: BigNumber) -> Bool {
        if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
        for (one, other) in zip(left.limbs.reversed(), right.limbs.reversed()) where one != other { return one < other }
        return false
    }

    static func + (left: BigNumber, right: BigNumber) -> BigNumber {
        var sum: [Int] = []
        var carry = 0
        for index in 0..<max(left.limbs.count, right.limbs.count) + 1 {
            let digit = carry + left.limb(index) + right.limb(index)
            sum.append(digit % 1000)
            carry = digit / 1000
        }
        return BigNumber(limbs: sum)
    }

    static func - (left: BigNumber, right: BigNumber) -> BigNumber {
        precondition(right <= left, "natural numbers do not go below zero")
        var difference: [Int] = []
        var borrow = 0
        for index in 0..<left.limbs.count {
            let digit = left.limb(index) - right.limb(index) - borrow
            borrow = digit < 0 ? 1 : 0
            difference.append(digit + borrow * 1000)
        }
        return BigNumber(limbs: difference)
    }

    static func * (left: BigNumber, right: BigNumber) -> BigNumber {
        var product = [Int](repeating: 0, count: left.limbs.count + right.limbs.count + 1)
        for (i, one) in left.limbs.enumerated() {
            var carry = 0
            for j in 0...right.limbs.count {
                let digit = product[i + j] + one * right.limb(j) + carry
                product[i + j] = digit % 1000
                carry = digit / 1000
            }
        }
        return BigNumber(limbs: product)
    }

    /// A million is two limbs, so dividing by it is dropping them.
    var millionthsRoundedUp: BigNumber {
        let whole = BigNumber(limbs: Array(limbs.dropFirst(2)))
        return limbs.prefix(2).contains { $0 != 0 } ? whole + BigNumber(1) : whole
    }

    /// The quotient, rounded down, by long division.
    func divided(by divisor: Int) -> BigNumber {
        var quotient = limbs
        var rest = 0
        for index in limbs.indices.reversed() {
            let digit = rest * 1000 + limbs[index]
            quotient[index] = digit / divisor
            rest = digit % divisor
        }
        return BigNumber(limbs: quotient)
    }

    private func limb(_ index: Int) -> Int { index < limbs.count ? limbs[index] : 0 }

    var description: String {
        guard let first = limbs.last else { return "0" }
        return limbs.dropLast().reversed().reduce("\(first)") { text, limb in
            text + String(repeating: "0", count: 3 - "\(limb)".count) + "\(limb)"
        }
    }
}
