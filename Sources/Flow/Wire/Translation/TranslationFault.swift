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
    func document() throws(RequestFault) -> JSONValue {
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

/// Members of an object that is being put together, in order, without those that are nil.
struct MemberList {
    private(set) var members: [JSONMember] = []

    mutating func add(_ key: String, _ value: JSONValue?) {
        if let value, !value.isNull { members.append(JSONMember(key: key, value: value)) }
    }

    var object: JSONValue { .object(members) }
}
