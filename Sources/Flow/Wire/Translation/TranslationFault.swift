import NIOCore

extension RequestFault {
    /// - Parameter expected: `a string`
    static func translation(_ path: String, expected: String, got value: JSONValue?) -> RequestFault {
        guard let value, !value.isNull else {
            return RequestFault(
                .invalid, message: "Missing required parameter: '\(path)'; expected \(expected).", param: path,
                code: "missing_required_parameter")
        }
        let got = value.string.map { "'\($0.prefix(64))'" } ?? "\(value.kind)"
        return RequestFault(
            .invalid, message: "Invalid value for '\(path)': expected \(expected), got \(got).", param: path,
            code: "invalid_value")
    }

    static func unsupported(_ path: String, why: String) -> RequestFault {
        RequestFault(.invalid, message: "'\(path)' is not supported here: \(why).", param: path, code: "unsupported_parameter")
    }
}

extension ByteBuffer {
    /// The body as an object.
    ///
    /// In memory each value is many times its bytes, so they are counted first: an image is one value, however large.
    func document() throws(RequestFault) -> JSONValue {
        guard valuesBound <= ByteBuffer.valuesMax else {
            throw RequestFault(
                .tooLarge, message: "The request body has too many values. Expected at most \(ByteBuffer.valuesMax).",
                code: "request_too_large")
        }
        let value: JSONValue
        do throws(JSONFault) { value = try JSONValue(parsing: self) } catch {
            throw RequestFault(.malformed, message: "The body is not valid JSON: \(error)", code: "invalid_json")
        }
        guard value.members != nil else {
            throw RequestFault(
                .invalid, message: "Invalid body: expected a JSON object, got \(value.kind).", code: "invalid_type")
        }
        return value
    }
}

extension ByteBuffer {
    /// Far more than a conversation has; a body of embeddings in tokens may have as many.
    private static let valuesMax = 600_000

    /// No document of these bytes has more values and keys: each but the first follows one of these outside a string.
    private var valuesBound: Int {
        withUnsafeReadableBytes { bytes in
            var count = 1
            var isInString = false
            var isEscaped = false
            for byte in bytes {
                if isInString {
                    if isEscaped {
                        isEscaped = false
                    } else if byte == UInt8(ascii: "\\") {
                        isEscaped = true
                    } else if byte == UInt8(ascii: "\"") {
                        isInString = false
                    }
                    continue
                }
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: ","), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "{"): count += 1
                default: break
                }
            }
            return count
        }
    }
}

/// Members of an object that is being put together, in order, without those that are nil.
struct MemberList {
    private(set) var members: [JSONMember] = []

    mutating func add(_ key: String, _ value: JSONValue?) {
        if let value, !value.isNull { members.append(JSONMember(key: key, value: value)) }
    }

    var object: JSONValue { .object(members) }
}
