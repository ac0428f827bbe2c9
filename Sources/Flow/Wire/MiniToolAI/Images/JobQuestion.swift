package import Inference
package import NIOCore

/// Which job somebody asks after, and what shows that they may.
package struct JobQuestion: Hashable, Sendable {
    package let id: JobID
    package let signature: String

    /// As they stand in an address: `/api/texttoimage/jobs/12345678/events?signature=…`.
    /// - Returns: nil for what names no job: to be answered like a job that is not there.
    package init?(id: some StringProtocol, signature: some StringProtocol) {
        guard let id = JobID(digits: id), (1...ImageRequestLimits.signatureBytesMax).contains(signature.utf8.count) else {
            return nil
        }
        self.id = id
        self.signature = String(signature)
    }

    /// Reads `{"jobid": "12345678" or 12345678, "signature": "…"}`; other members are of no account.
    /// - Returns: nil for every other document: to be answered like a job that is not there.
    /// - Throws: ``RequestFault`` when the body is no JSON.
    package static func read(_ body: ByteBuffer) throws(RequestFault) -> JobQuestion? {
        try body.readJSON { (json) throws(RequestFault) in
            do throws(JSONFault) {
                var json = json
                var (id, signature): (String?, String?)
                if try json.peek() == .object {
                    var members = try json.readObject()
                    while let key = try json.nextKey(of: &members) {
                        switch key {
                        case "jobid": id = try text(&json, orNumber: true)
                        case "signature": signature = try text(&json, orNumber: false)
                        default: try json.skipValue()
                        }
                    }
                } else {
                    try json.skipValue()
                }
                try json.finish()
                guard let id, let signature else { return nil }
                return JobQuestion(id: id, signature: signature)
            } catch { throw FieldFault(error).request }
        }
    }

    /// The next value if it is a text, or a number where one may stand.
    private static func text(_ json: inout JSONReader, orNumber: Bool) throws(JSONFault) -> String? {
        switch try json.peek() {
        case .string:
            let text = try json.readString()
            return text.decodedBytes <= ImageRequestLimits.signatureBytesMax ? text.string : nil
        case .number where orNumber:
            let number = try json.readNumber()
            // `12345678.0` is what some languages make of a number they have read.
            return number.raw.count <= ImageRequestLimits.signatureBytesMax ? number.string.wholePart.map(String.init) : nil
        default:
            try json.skipValue()
            return nil
        }
    }
}

extension JobID {
    /// Reads decimal digits and nothing else.
    fileprivate init?(digits: some StringProtocol) {
        guard (1...16).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int64(digits),
            (1...JobID.max).contains(value)
        else { return nil }
        self.init(value)
    }
}
