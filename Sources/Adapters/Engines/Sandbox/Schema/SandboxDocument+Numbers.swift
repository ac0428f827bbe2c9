import Wire

extension SandboxDocument {
    /// A number within its bounds: one of the sentence's if it fits, else one the dice choose.
    mutating func number(for schema: SandboxSchema, isWhole: Bool, at place: Place) throws(SandboxObjection) -> JSONValue {
        let bounds = NumberBounds(schema)
        let step = try SandboxDecimal(stepOf: schema, isWhole: isWhole, at: place)
        if let index = hints.numbers.firstIndex(where: { bounds.contains($0, step: step) }) {
            return SandboxDocument.number(hints.numbers.remove(at: index))
        }
        if let step {
            // A multiple is exact when it is counted in steps.
            let range = bounds.multiples(of: step.double)
            guard let first = range.prefix(3).first(where: { bounds.contains(step.multiplied(by: $0)) }) else {
                throw impossible(place)
            }
            let chosen = step.multiplied(by: first + dice.below(min(100, range.upperBound - first + 1)))
            return SandboxDocument.number(bounds.contains(chosen) ? chosen : step.multiplied(by: first))
        }
        let whole = SandboxDecimal(mantissa: 1, decimals: 0)
        let range = bounds.multiples(of: 1)
        if let first = range.prefix(3).first(where: { bounds.contains(whole.multiplied(by: $0)) }) {
            let number = first + dice.below(min(100, range.upperBound - first + 1))
            let half = "\(number).5"
            if bounds.contains(half), number >= 0 { return SandboxDocument.number(half) }
            return .integer(bounds.contains(String(number)) ? number : first)
        }
        let middle = bounds.lower / 2 + bounds.upper / 2
        let candidates = [middle, bounds.lower, bounds.upper, bounds.lower.nextUp, bounds.upper.nextDown]
        for candidate in candidates where candidate.isFinite && bounds.contains(candidate.description) {
            return SandboxDocument.number(candidate.description)
        }
        throw impossible(place)
    }

    private func impossible(_ place: Place) -> SandboxObjection {
        SandboxObjection("The schema allows no number for \(place.sentence) that the sandbox can find.")
    }

    private static func number(_ text: String) -> JSONValue {
        guard let value = try? JSONValue(parsing: text) else { preconditionFailure("a number we wrote is JSON: \(text)") }
        return value
    }
}

/// The interval a number must lie in.
private struct NumberBounds {
    var lower = -Double.infinity
    var upper = Double.infinity
    private var excludesLower = false
    private var excludesUpper = false

    init(_ schema: SandboxSchema) {
        if let minimum = schema["minimum"]?.double { lower = minimum }
        if let maximum = schema["maximum"]?.double { upper = maximum }
        // Drafts up to 4 say `"exclusiveMinimum": true`, later ones give the number.
        if let flag = schema["exclusiveMinimum"]?.bool { excludesLower = flag }
        if let flag = schema["exclusiveMaximum"]?.bool { excludesUpper = flag }
        if let bound = schema["exclusiveMinimum"]?.double, bound >= lower { (lower, excludesLower) = (bound, true) }
        if let bound = schema["exclusiveMaximum"]?.double, bound <= upper { (upper, excludesUpper) = (bound, true) }
    }

    func contains(_ text: String) -> Bool {
        guard let value = Double(text) else { return false }
        return (excludesLower ? value > lower : value >= lower) && (excludesUpper ? value < upper : value <= upper)
    }

    func contains(_ text: String, step: SandboxDecimal?) -> Bool {
        guard contains(text) else { return false }
        guard let step else { return true }
        guard let whole = Int(text) else { return false }
        return step.divides(whole)
    }

    /// Counts whose multiples of `step` are about within the bounds, at most a hundred wide where a side is open.
    func multiples(of step: Double) -> ClosedRange<Int> {
        let farthest = 9e15
        var low = (lower / step).rounded(.up)
        var high = (upper / step).rounded(.down)
        if !low.isFinite { low = high < 1 ? high - 99 : 1 }
        if !high.isFinite { high = max(low, 1) + 99 }
        let first = Int(max(-farthest, min(farthest, low)))
        return first...max(first, Int(max(-farthest, min(farthest, high))))
    }
}

/// A decimal number kept exactly: `mantissa` divided by ten to the `decimals`.
private struct SandboxDecimal {
    let mantissa: Int
    let decimals: Int

    init(mantissa: Int, decimals: Int) {
        self.mantissa = mantissa
        self.decimals = decimals
    }

    /// The step between the numbers a schema allows; nil when there is none.
    init?(stepOf schema: SandboxSchema, isWhole: Bool, at place: SandboxDocument.Place) throws(SandboxObjection) {
        guard let text = schema["multipleOf"].flatMap({ $0.double ?? 0 > 0 ? $0.text : nil }) else {
            guard isWhole else { return nil }
            self.init(mantissa: 1, decimals: 0)
            return
        }
        guard let step = SandboxDecimal(text) else {
            throw SandboxObjection("The sandbox cannot count in steps of \(text), as \(place.sentence) asks.")
        }
        guard isWhole, step.decimals > 0 else {
            self = step
            return
        }
        // The whole numbers among the multiples: the least common multiple of the step and 1.
        let scale = SandboxDecimal.power(step.decimals)
        var (left, right) = (step.mantissa, scale)
        while right != 0 { (left, right) = (right, left % right) }
        self.init(mantissa: step.mantissa / left, decimals: 0)
    }

    private init?(_ text: String) {
        let parts = text.lowercased().split(separator: "e")
        let digits = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        let fraction = digits.count > 1 ? String(digits[1]) : ""
        guard parts.count == 1 || Int(parts[1]) != nil, let mantissa = Int(digits[0] + fraction) else { return nil }
        let decimals = fraction.count - (parts.count == 1 ? 0 : Int(parts[1]) ?? 0)
        guard -12...12 ~= decimals, abs(mantissa) < 1_000_000_000_000 else { return nil }
        if decimals < 0, abs(mantissa) >= 1_000_000 { return nil }
        self.init(mantissa: decimals < 0 ? mantissa * SandboxDecimal.power(-decimals) : mantissa, decimals: max(0, decimals))
    }

    private static func power(_ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * 10 } }

    var double: Double { Double(mantissa) / Double(SandboxDecimal.power(decimals)) }

    func divides(_ whole: Int) -> Bool {
        let (scaled, overflow) = whole.multipliedReportingOverflow(by: SandboxDecimal.power(decimals))
        return !overflow && mantissa != 0 && scaled % mantissa == 0
    }

    /// The multiple in decimal digits; an empty text, which is no number, when it is too large.
    func multiplied(by count: Int) -> String {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: count)
        guard !overflow else { return "" }
        guard decimals > 0 else { return String(product) }
        var digits = String(product.magnitude)
        digits = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let point = digits.index(digits.endIndex, offsetBy: -decimals)
        return "\(product < 0 ? "-" : "")\(digits[..<point]).\(digits[point...])"
    }
}
