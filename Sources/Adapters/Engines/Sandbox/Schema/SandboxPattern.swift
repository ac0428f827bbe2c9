/// A regular expression read backwards: it writes texts that match. The dialect is ECMA-262's without what looks around or
/// back; anchors are no work, for a text is never more than what matches.
struct SandboxPattern: Sendable {
    struct Unknown: Error { let what: String }

    indirect enum Node: Sendable {
        case characters([ClosedRange<UInt32>])
        case sequence([Node])
        case choice([Node])
        case repeated(Node, least: Int, most: Int?)
    }

    private let root: Node

    init(_ expression: String) throws(Unknown) {
        var reader = SandboxPatternReader(expression)
        root = try reader.read()
    }

    /// A text that matches.
    /// - Parameter stretch: how far beyond their least repetitions may go.
    /// - Returns: nil when it would be too long.
    func text(stretch: Int, dice: inout SandboxDice) -> String? {
        var scalars = String.UnicodeScalarView()
        var count = 0
        guard SandboxPattern.write(root, stretch: stretch, dice: &dice, into: &scalars, count: &count) else { return nil }
        return String(scalars)
    }

    /// Whether a name falls under an expression, as far as that can be seen from its literal beginning.
    static func begins(_ name: String, as expression: String) -> Bool {
        guard expression.hasPrefix("^") else {
            return expression.allSatisfy { $0.isLetter || $0.isNumber } && name.contains(expression)
        }
        let literal = expression.dropFirst().prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "-" }
        return name.hasPrefix(literal)
    }

    private static func write(
        _ node: Node, stretch: Int, dice: inout SandboxDice, into text: inout String.UnicodeScalarView, count: inout Int
    ) -> Bool {
        switch node {
        case .characters(let ranges):
            count += 1
            guard count <= SandboxLimits.stringScalarsMax, let scalar = pick(from: ranges, dice: &dice) else { return false }
            text.append(scalar)
            return true
        case .sequence(let nodes):
            for node in nodes {
                guard write(node, stretch: stretch, dice: &dice, into: &text, count: &count) else { return false }
            }
            return true
        case .choice(let nodes):
            return write(dice.pick(from: nodes), stretch: stretch, dice: &dice, into: &text, count: &count)
        case .repeated(let node, let least, let most):
            let room = min(most.map { $0 - least } ?? stretch, stretch)
            for _ in 0..<(least + dice.below(room + 1)) {
                count += 1
                guard count <= SandboxLimits.stringScalarsMax,
                    write(node, stretch: stretch, dice: &dice, into: &text, count: &count)
                else { return false }
            }
            return true
        }
    }

    /// Lower-case letters and digits before anything else: what people write as examples.
    private static func pick(from ranges: [ClosedRange<UInt32>], dice: inout SandboxDice) -> Unicode.Scalar? {
        for kind in [0x61...0x7A, 0x30...0x39, 0x41...0x5A, 0x20...0x7E] as [ClosedRange<UInt32>] {
            let shared = ranges.filter { $0.overlaps(kind) }.map { $0.clamped(to: kind) }
            guard !shared.isEmpty else { continue }
            // Hexadecimal digits and the like: letters and digits both get their turn.
            if kind.lowerBound == 0x61, dice.below(3) == 0 {
                let digits = ranges.filter { $0.overlaps(0x30...0x39) }.map { $0.clamped(to: 0x30...0x39) }
                if !digits.isEmpty { return scalar(from: dice.pick(from: digits), dice: &dice) }
            }
            return scalar(from: dice.pick(from: shared), dice: &dice)
        }
        return ranges.isEmpty ? nil : scalar(from: dice.pick(from: ranges), dice: &dice)
    }

    private static func scalar(from range: ClosedRange<UInt32>, dice: inout SandboxDice) -> Unicode.Scalar? {
        Unicode.Scalar(range.lowerBound + UInt32(dice.below(range.count))) ?? Unicode.Scalar(range.lowerBound)
    }
}
