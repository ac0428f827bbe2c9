import Commerce
import Gateway

extension RequestHead.Authorization {
    /// The one place where a request's key is found: `Authorization: Bearer …`, once, and nothing else.
    func caller(in keys: KeyDirectory) throws(ErrorResponse) -> Caller {
        switch self {
        case .none: throw ErrorResponse(.noKey)
        case .several: throw .ambiguousKey
        case .one(let value):
            guard let secret = RequestHead.Authorization.bearer(value.utf8) else { throw ErrorResponse(.noKey) }
            do { return try keys.caller(showing: secret) } catch { throw ErrorResponse(error) }
        }
    }

    /// What follows `Bearer`, in any case, and spaces; nil for another scheme or nothing.
    private static func bearer(_ value: String.UTF8View) -> String.UTF8View.SubSequence? {
        let space = UInt8(ascii: " ")
        guard value.count > 7, value[value.index(value.startIndex, offsetBy: 6)] == space, value.prefix(6).equals("bearer")
        else { return nil }
        var secret = value.dropFirst(7).drop { $0 == space }
        while let last = secret.last, last == space || last == UInt8(ascii: "\t") { secret.removeLast() }
        return secret.isEmpty ? nil : secret
    }
}
