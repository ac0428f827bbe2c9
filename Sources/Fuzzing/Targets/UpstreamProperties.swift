import NIOCore

@testable import Engines

/// The parser of upstream answers says the same however the bytes are cut, and finds the answer that the grammar, read plainly, has in
/// them: two readings of where an answer ends would give one customer's answer to another.
enum UpstreamProperties {
    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let whole = told(bytes, cutAt: [])
        for (how, cuts) in [("byte by byte", Array(1..<max(bytes.count, 1))), ("in pieces", Cuts.pieces(of: bytes.count))] {
            let cut = told(bytes, cutAt: cuts)
            try must(cut == whole, "read \(how): \(cut), but whole: \(whole)")
        }
        try must(whole.heads.count <= 1 && whole.ends <= whole.heads.count, "one answer was asked for")
        try must(whole.ends == 1 || whole.fault != nil, "neither an end nor a break")
        let plain = StrictHTTP.answer(in: bytes)
        if whole.ends == 1 {
            try must(plain != nil, "the parser ends an answer that the grammar does not")
            try must(
                plain?.status == whole.heads.first?.status && plain?.body == whole.body,
                "the grammar has another answer than \(whole)")
        } else if let plain {
            try must(!plain.isWithinLimits, "the parser breaks off at an answer that the grammar has: \(whole)")
        }
    }

    struct Told: Equatable {
        var heads: [AnswerHead] = []
        var body: [UInt8] = []
        var ends = 0
        var fault: UpstreamBreak?
        /// The connection may carry another request.
        var isResting = false
    }

    private static func told(_ bytes: [UInt8], cutAt cuts: [Int]) -> Told {
        var parser = AnswerParser()
        var told = Told()
        var start = 0
        parser.expectAnswer()
        do throws(UpstreamBreak) {
            for end in cuts + [bytes.count] {
                parser.append(ByteBuffer(bytes: bytes[start..<end]))
                start = end
                while let part = try parser.next() { told.note(part) }
            }
            told.isResting = parser.isResting
            if let part = try parser.finish() { told.note(part) }
        } catch { told.fault = error }
        return told
    }
}

extension UpstreamProperties.Told {
    fileprivate mutating func note(_ part: AnswerPart) {
        switch part {
        case .head(let head): heads.append(head)
        case .body(let bytes): body += Array(bytes.readableBytesView)
        case .end: ends += 1
        }
    }
}
