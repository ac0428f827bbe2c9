/// Reads a regular expression into the nodes of a ``SandboxPattern``.
struct SandboxPatternReader {
    private typealias Node = SandboxPattern.Node
    private typealias Ranges = [ClosedRange<UInt32>]

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    init(_ expression: String) { scalars = Array(expression.unicodeScalars) }

    mutating func read() throws(SandboxPattern.Unknown) -> SandboxPattern.Node {
        let node = try choice()
        guard here == nil else { throw SandboxPattern.Unknown(what: "a ')' too many") }
        return node
    }

    private var here: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard here == scalar else { return false }
        position += 1
        return true
    }

    private mutating func next() throws(SandboxPattern.Unknown) -> Unicode.Scalar {
        guard let scalar = here else { throw SandboxPattern.Unknown(what: "it ends too early") }
        position += 1
        return scalar
    }

    // MARK: structure

    private mutating func choice() throws(SandboxPattern.Unknown) -> Node {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(SandboxPattern.Unknown) -> Node {
        var nodes: [Node] = []
        while let scalar = here, scalar != "|", scalar != ")" {
            position += 1
            guard let atom = try atom(scalar) else { continue }
            nodes.append(try repeated(atom))
        }
        return .sequence(nodes)
    }

    /// One atom; nil for what takes no character.
    private mutating func atom(_ scalar: Unicode.Scalar) throws(SandboxPattern.Unknown) -> Node? {
        switch scalar {
        case "^", "$": return nil
        case "(": return try group()
        case "[": return .characters(try characterClass())
        case ".": return .characters([0x61...0x7A])
        case "\\":
            if take("b") || take("B") { return nil }
            return .characters(try escape())
        case "*", "+", "?": throw SandboxPattern.Unknown(what: "'\(scalar)' repeats nothing")
        default: return .characters([scalar.value...scalar.value])
        }
    }

    private mutating func group() throws(SandboxPattern.Unknown) -> Node {
        depth += 1
        guard depth <= SandboxLimits.patternDepthMax else { throw SandboxPattern.Unknown(what: "too many nested groups") }
        if take("?") {
            let kind = try next()
            if kind == "<", let scalar = here, scalar != "=", scalar != "!" {
                while try next() != ">" { continue }
            } else if kind != ":" {
                throw SandboxPattern.Unknown(what: "groups that look ahead or back are not supported")
            }
        }
        let node = try choice()
        guard take(")") else { throw SandboxPattern.Unknown(what: "a ')' is missing") }
        depth -= 1
        return node
    }

    private mutating func repeated(_ node: Node) throws(SandboxPattern.Unknown) -> Node {
        let counts: (least: Int, most: Int?)
        if take("*") {
            counts = (0, nil)
        } else if take("+") {
            counts = (1, nil)
        } else if take("?") {
            counts = (0, 1)
        } else if here == "{", let braces = bracedCounts() {
            counts = braces
        } else {
            return node
        }
        if let most = counts.most, most < counts.least { throw SandboxPattern.Unknown(what: "a repetition out of order") }
        // Lazy or not, what is written is the same.
        _ = take("?")
        return .repeated(node, least: counts.least, most: counts.most)
    }

    /// `{2}`, `{2,}`, `{2,5}`; anything else in braces is plain text.
    private mutating func bracedCounts() -> (least: Int, most: Int?)? {
        let rest = scalars[position...]
        guard let end = rest.firstIndex(of: "}"), end - position <= 16 else { return nil }
        let parts = String(String.UnicodeScalarView(rest[(position + 1)..<end]))
            .split(separator: ",", omittingEmptySubsequences: false)
        guard let least = Int(parts[0]), least >= 0, parts.count <= 2 else { return nil }
        if parts.count == 2, !parts[1].isEmpty, Int(parts[1]) == nil { return nil }
        position = end + 1
        return (least, parts.count == 1 ? least : Int(parts[1]))
    }

    // MARK: characters

    private mutating func characterClass() throws(SandboxPattern.Unknown) -> [ClosedRange<UInt32>] {
        let isNegated = take("^")
        var ranges: Ranges = []
        while !take("]") {
            let first = try classMember()
            let isRange = here == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
            guard isRange, first.count == 1, first[0].count == 1 else {
                ranges += first
                continue
            }
            position += 1
            let last = try classMember()
            guard last.count == 1, last[0].count == 1, first[0].lowerBound <= last[0].lowerBound else {
                throw SandboxPattern.Unknown(what: "a range out of order")
            }
            ranges.append(first[0].lowerBound...last[0].lowerBound)
        }
        ranges = isNegated ? SandboxPatternReader.others(than: ranges) : ranges
        guard !ranges.isEmpty else { throw SandboxPattern.Unknown(what: "a class without characters") }
        return ranges
    }

    private mutating func classMember() throws(SandboxPattern.Unknown) -> [ClosedRange<UInt32>] {
        let scalar = try next()
        if scalar == "\\" { return take("b") ? [8...8] : try escape() }
        return [scalar.value...scalar.value]
    }

    private mutating func escape() throws(SandboxPattern.Unknown) -> [ClosedRange<UInt32>] {
        let scalar = try next()
        switch scalar {
        case "d": return [0x30...0x39]
        case "D": return Self.others(than: [0x30...0x39])
        case "w": return Self.wordCharacters
        case "W": return Self.others(than: Self.wordCharacters)
        case "s": return [0x20...0x20]
        case "S": return [0x61...0x7A]
        case "n": return [10...10]
        case "r": return [13...13]
        case "t": return [9...9]
        case "f": return [12...12]
        case "v": return [11...11]
        case "0": return [0...0]
        case "x": return try code(digits: 2)
        case "u": return try code(digits: 4)
        case "p": return try property()
        case "1"..."9", "k", "P", "c": throw SandboxPattern.Unknown(what: "'\\\(scalar)' is not supported")
        default: return [scalar.value...scalar.value]
        }
    }

    private mutating func code(digits: Int) throws(SandboxPattern.Unknown) -> [ClosedRange<UInt32>] {
        var text = String.UnicodeScalarView()
        for _ in 0..<digits { text.append(try next()) }
        guard let value = UInt32(String(text), radix: 16), Unicode.Scalar(value) != nil else {
            throw SandboxPattern.Unknown(what: "a character code that is none")
        }
        return [value...value]
    }

    private mutating func property() throws(SandboxPattern.Unknown) -> [ClosedRange<UInt32>] {
        var name = String.UnicodeScalarView()
        guard take("{") else { throw SandboxPattern.Unknown(what: "'\\p' without its braces") }
        while !take("}") { name.append(try next()) }
        switch String(name) {
        case "L", "Letter", "Ll", "Alphabetic", "Lowercase": return [0x61...0x7A]
        case "Lu", "Uppercase": return [0x41...0x5A]
        case "N", "Nd", "Number": return [0x30...0x39]
        case "P", "Punctuation": return [0x2E...0x2E]
        default: throw SandboxPattern.Unknown(what: "'\\p{\(String(name))}' is not supported")
        }
    }

    private static let wordCharacters: Ranges = [0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F...0x5F]

    /// The printable ASCII characters outside of some ranges.
    private static func others(than ranges: Ranges) -> Ranges {
        (0x20...0x7E).filter { code in !ranges.contains { $0.contains(code) } }.map { $0...$0 }
    }
}
