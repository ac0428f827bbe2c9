import NIOCore
import Wire

/// The bytes of a stream's last chunk around the texts in it. A stream repeats its chunks but for what they add: what has the same
/// bytes around other texts was checked already, and only the texts are looked at.
///
/// Nothing is taken on trust. Reading a document is the same work on the same bytes with the same result, and a string is read the
/// same whatever it holds: so a document that differs from one that was read in full only within its strings' quotes, where it holds
/// well-formed strings again, is well-formed, has the same members, and the same meaning but for these strings.
struct ChunkShape {
    /// A string that may change.
    struct Spot: Hashable {
        /// Where it stands, without its quotes.
        var range: Range<Int>
        /// It is output; otherwise it is padding.
        var isOutput: Bool
    }

    /// What a chunk of this shape holds.
    struct Match: Hashable {
        var choices: Range<Int>
        var outputBytes: Int
        /// A choice of it carries a `finish_reason`.
        var finishes: Bool
    }

    private let finishes: Bool
    /// A copy: a view would keep the read it came in from being used again.
    private let bytes: [UInt8]
    private let first: Spot
    private let second: Spot?
    private let choices: Range<Int>
    /// Output outside the spots.
    private let fixedBytes: Int

    /// - Parameters:
    ///   - document: read in full, and as `piece` says.
    ///   - piece: has at least one spot, and nothing in it was mended.
    init?(of document: ByteBuffer, _ piece: AnswerPiece) {
        guard let choices = piece.choicesRange, let (first, second) = piece.spots else { return nil }
        self.choices = choices
        self.first = first
        self.second = second
        finishes = piece.marks.anyFinished
        fixedBytes = piece.fixedBytes
        bytes = document.withUnsafeReadableBytes { Array($0) }
    }

    /// - Returns: nil when a document is not of this shape, or wrong.
    func match(_ document: ByteBuffer) -> Match? {
        document.withUnsafeReadableBytes { read in bytes.withUnsafeBytes { match(read, $0) } }
    }

    private func match(_ read: UnsafeRawBufferPointer, _ known: UnsafeRawBufferPointer) -> Match? {
        var match = Match(choices: choices, outputBytes: fixedBytes, finishes: finishes)
        // How much longer the document is than the known one, up to here.
        var growth = 0
        guard read.hasSameBytes(as: known, in: 0..<first.range.lowerBound, growth: growth),
            take(first, of: read, &growth, &match)
        else { return nil }
        var start = first.range.upperBound
        if let second {
            guard read.hasSameBytes(as: known, in: start..<second.range.lowerBound, growth: growth),
                take(second, of: read, &growth, &match)
            else { return nil }
            start = second.range.upperBound
        }
        guard read.count == known.count + growth, read.hasSameBytes(as: known, in: start..<known.count, growth: growth)
        else { return nil }
        return match
    }

    private func take(_ spot: Spot, of read: UnsafeRawBufferPointer, _ growth: inout Int, _ match: inout Match) -> Bool {
        var cursor = JSONCursor(read)
        guard let text = try? cursor.readString(at: spot.range.lowerBound - 1 + growth) else { return false }
        let grown = text.range.count - spot.range.count
        growth += grown
        let (start, end) = (match.choices.lowerBound, match.choices.upperBound)
        if spot.range.upperBound <= choices.lowerBound {
            match.choices = (start + grown)..<(end + grown)
        } else if spot.range.upperBound <= choices.upperBound {
            match.choices = start..<(end + grown)
        }
        if spot.isOutput { match.outputBytes += text.decodedBytes }
        return true
    }
}

extension UnsafeRawBufferPointer {
    /// True when the bytes of `range`, moved by `growth`, are those of `known`.
    fileprivate func hasSameBytes(as known: UnsafeRawBufferPointer, in range: Range<Int>, growth: Int) -> Bool {
        guard range.upperBound + growth <= count else { return false }
        let moved = (range.lowerBound + growth)..<(range.upperBound + growth)
        return UnsafeRawBufferPointer(rebasing: self[moved]).isSame(as: UnsafeRawBufferPointer(rebasing: known[range]))
    }
}
