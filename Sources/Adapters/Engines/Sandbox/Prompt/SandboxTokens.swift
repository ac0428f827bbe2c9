/// Cuts text into pieces much like the tokens of OpenAI's `o200k_base`, without its vocabulary.
///
/// Words, digits, punctuation and white space are told apart by the rules of its published split pattern; how many tokens a
/// piece becomes is a rule of thumb per script. English text comes out within about a tenth. Pieces are never less than a
/// Unicode scalar, joined they are the text, and there are never more of them than bytes.
enum SandboxTokens {
    /// The first `limit` tokens.
    static func split(_ text: String, limit: Int = .max) -> [Substring] {
        var tokens: [Substring] = []
        guard limit > 0 else { return tokens }
        visit(text) { token in
            tokens.append(token)
            return tokens.count < limit
        }
        return tokens
    }

    /// - Parameter bytesMax: what is counted exactly; the rest is taken to be of the same kind.
    static func count(_ text: String, bytesMax: Int = .max) -> Int {
        var count = 0
        var bytes = 0
        visit(text) { token in
            count += 1
            bytes += token.utf8.count
            return bytes < bytesMax
        }
        guard bytes > 0 else { return 0 }
        let rest = text.utf8.count - bytes
        return count + Int((Int128(rest) * Int128(count)) / Int128(bytes))
    }

    /// Calls `body` with each token until it answers false.
    private static func visit(_ text: String, _ body: (Substring) -> Bool) {
        var cursor = PieceCursor(text)
        while let piece = cursor.next() {
            var start = piece.start
            var sizes = piece.sizes
            while start < piece.end {
                let end = cursor.scalars.index(start, offsetBy: sizes.next(), limitedBy: piece.end) ?? piece.end
                guard body(text[start..<end]) else { return }
                start = end
            }
        }
    }
}

/// A piece of the split pattern and how it falls into tokens.
private struct Piece {
    let start: String.Index
    let end: String.Index
    let sizes: Sizes

    /// The scalars of each token in turn; the first takes the space or mark in front of a word along.
    struct Sizes {
        private var ahead: Int
        private let cycle: InlineArray<3, Int>
        private var turn = 0

        init(each size: Int, ahead: Int = 0) { self.init(cycle: [size, size, size], ahead: ahead) }

        init(cycle: InlineArray<3, Int>, ahead: Int) {
            self.cycle = cycle
            self.ahead = ahead
        }

        mutating func next() -> Int {
            let size = cycle[turn] + ahead
            ahead = 0
            turn = (turn + 1) % 3
            return size
        }
    }
}

private struct PieceCursor {
    let scalars: String.UnicodeScalarView
    private var position: String.Index

    init(_ text: String) {
        scalars = text.unicodeScalars
        position = scalars.startIndex
    }

    mutating func next() -> Piece? {
        guard let first = kind(at: position) else { return nil }
        let start = position
        let ahead = scalars.index(after: start)
        switch first {
        case .upper, .lower: return word(from: start, ahead: 0)
        case .digit: return digits(from: start)
        case .newline: return whitespace(from: start)
        case .space, .mark:
            // One character other than a line break joins the word behind it, and one space the punctuation.
            switch kind(at: ahead) {
            case .upper, .lower:
                position = ahead
                return word(from: start, ahead: 1)
            case .mark where scalars[start] == " ":
                position = ahead
                return marks(from: start, ahead: 1)
            default: return first == .mark ? marks(from: start, ahead: 0) : whitespace(from: start)
            }
        }
    }

    // MARK: kinds of piece

    private mutating func word(from start: String.Index, ahead: Int) -> Piece {
        var letters = WordLetters()
        while kind(at: position) == .upper {
            letters.add(scalars[position], .upper)
            position = scalars.index(after: position)
        }
        while kind(at: position) == .lower {
            letters.add(scalars[position], .lower)
            position = scalars.index(after: position)
        }
        let contraction = takeContraction()
        return Piece(start: start, end: position, sizes: letters.sizes(ahead: ahead, contraction: contraction))
    }

    /// `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll`, `'d` stay with their word.
    private mutating func takeContraction() -> Int {
        guard position < scalars.endIndex, scalars[position] == "'" else { return 0 }
        let tail = scalars[scalars.index(after: position)...].prefix(3)
        let letters = String(String.UnicodeScalarView(tail)).lowercased()
        for ending in ["re", "ve", "ll", "s", "t", "m", "d"] where letters.hasPrefix(ending) {
            let end = scalars.index(position, offsetBy: 1 + ending.count)
            if let next = kind(at: end), next == .lower || next == .upper { continue }
            position = end
            return 1 + ending.count
        }
        return 0
    }

    private mutating func digits(from start: String.Index) -> Piece {
        var count = 0
        while count < 3, kind(at: position) == .digit {
            position = scalars.index(after: position)
            count += 1
        }
        return Piece(start: start, end: position, sizes: .init(each: 3))
    }

    private mutating func marks(from start: String.Index, ahead: Int) -> Piece {
        let first = scalars[position]
        var isUniform = true
        var isASCII = true
        while kind(at: position) == .mark {
            isUniform = isUniform && scalars[position] == first
            isASCII = isASCII && scalars[position].isASCII
            position = scalars.index(after: position)
        }
        while kind(at: position) == .newline { position = scalars.index(after: position) }
        return Piece(start: start, end: position, sizes: .init(each: !isASCII ? 1 : isUniform ? 16 : 2, ahead: ahead))
    }

    private mutating func whitespace(from start: String.Index) -> Piece {
        var afterBreak: String.Index?
        var last = position
        while let kind = kind(at: position), kind == .space || kind == .newline {
            last = position
            position = scalars.index(after: position)
            if kind == .newline { afterBreak = position }
        }
        if let afterBreak {
            position = afterBreak
        } else if position < scalars.endIndex, last > start {
            // The last space belongs to what follows.
            position = last
        }
        return Piece(start: start, end: position, sizes: .init(each: 64))
    }

    private func kind(at index: String.Index) -> Unicode.Scalar.TokenKind? {
        index < scalars.endIndex ? scalars[index].tokenKind : nil
    }
}

/// What the letters of a word say about how many tokens it takes.
private struct WordLetters {
    private var count = 0
    private var isASCII = true
    private var isUpper = true
    private var hasIdeographs = false
    private var hasWideScript = false

    mutating func add(_ scalar: Unicode.Scalar, _ kind: Unicode.Scalar.TokenKind) {
        count += 1
        if kind == .lower { isUpper = false }
        guard !scalar.isASCII else { return }
        isASCII = false
        if scalar.isIdeographOrSyllable { hasIdeographs = true } else if scalar.value >= 0x800 { hasWideScript = true }
    }

    /// - Parameter contraction: scalars of an ending that stays with the last token.
    func sizes(ahead: Int, contraction: Int) -> Piece.Sizes {
        // Chinese and Japanese: about 0.6 tokens a character.
        if hasIdeographs { return .init(cycle: [2, 1, 2], ahead: ahead) }
        let wholeMax = isASCII ? (isUpper ? 4 : 10) : 6
        let part = isASCII ? (isUpper ? 3 : 6) : hasWideScript ? 3 : 4
        guard count > wholeMax else { return .init(each: count + contraction, ahead: ahead) }
        let parts = (count + part - 1) / part
        return .init(each: (count + contraction + parts - 1) / parts, ahead: ahead)
    }
}

extension Unicode.Scalar {
    /// The classes of the split pattern: `\p{Lu}\p{Lt}`, other letters and marks, `\p{N}`, line breaks, `\s`, the rest.
    fileprivate enum TokenKind { case upper, lower, digit, newline, space, mark }

    fileprivate var tokenKind: TokenKind {
        if isASCII { return asciiTokenKind }
        switch properties.generalCategory {
        case .uppercaseLetter, .titlecaseLetter: return .upper
        case .lowercaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark, .enclosingMark: return .lower
        case .decimalNumber, .letterNumber, .otherNumber: return .digit
        default: return properties.isWhitespace ? .space : .mark
        }
    }

    private var asciiTokenKind: TokenKind {
        switch self {
        case "a"..."z": .lower
        case "A"..."Z": .upper
        case "0"..."9": .digit
        case "\n", "\r": .newline
        case " ", "\t", "\u{0B}", "\u{0C}": .space
        default: .mark
        }
    }

    /// Han, kana, Hangul.
    fileprivate var isIdeographOrSyllable: Bool {
        switch value {
        case 0x3040...0x30FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7AF, 0xF900...0xFAFF, 0x20000...0x3FFFF: true
        default: false
        }
    }
}
