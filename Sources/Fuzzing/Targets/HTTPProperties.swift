import NIOCore

@testable import API

/// The server's parser finds the same requests however their bytes are cut, and those that the strict grammar, read plainly, has in
/// them: nothing may be a request for one of us and something else for another.
enum HTTPProperties {
    static func check(_ bytes: [UInt8]) throws(BrokenProperty) {
        let plain = StrictHTTP.requests(in: bytes)
        let whole = try told(bytes, cutAt: [])
        for (how, cuts) in [("byte by byte", Array(1..<max(bytes.count, 1))), ("in pieces", Cuts.pieces(of: bytes.count))] {
            let cut = try told(bytes, cutAt: cuts)
            try must(cut == whole, "read \(how): \(cut), but whole: \(whole)")
        }
        try must(whole.requests == plain.requests, "found \(whole.requests), but the grammar has \(plain.requests)")
        switch plain.end {
        case .clean: try must(whole.fault == nil && !whole.isInside, "the parser waits, or refuses: \(whole)")
        case .refused: try must(whole.fault != nil, "the parser takes what the grammar refuses")
        // What cannot become a request may be refused before it is complete.
        case .incomplete: try must(whole.fault != nil || whole.isInside, "the parser is done with half a request")
        }
    }

    struct Told: Equatable {
        var requests: [StrictHTTP.Request] = []
        var fault: MalformedRequest?
        var isInside = false
    }

    private static func told(_ bytes: [UInt8], cutAt cuts: [Int]) throws(BrokenProperty) -> Told {
        var parser = RequestParser(RequestParser.Limits())
        var told = Told()
        var open: StrictHTTP.Request?
        var start = 0
        for end in cuts + [bytes.count] {
            parser.take(ByteBuffer(bytes: bytes[start..<end]))
            start = end
            do throws(MalformedRequest) {
                while let part = try parser.next() {
                    switch part {
                    case .head(let head):
                        open = StrictHTTP.Request(
                            method: head.method.rawValue, target: head.withTarget { String(decoding: $0, as: UTF8.self) },
                            isLast: head.isLastOnConnection)
                    case .body(let body): open?.body += Array(body.readableBytesView)
                    case .end:
                        if let request = open { told.requests.append(request) }
                        open = nil
                    }
                }
            } catch {
                if told.fault == nil { told.fault = error }
            }
        }
        if let fault = told.fault {
            var again: MalformedRequest?
            do throws(MalformedRequest) { _ = try parser.next() } catch { again = error }
            try must(again == fault, "a connection that failed speaks again")
        }
        told.isInside = told.fault == nil && (open != nil || parser.isInHead)
        return told
    }
}
