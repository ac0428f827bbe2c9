import NIOCore
import Wire

/// What an upstream says is wrong, read from any of the shapes seen in the field. Its texts are not to be trusted or shown
/// as they are: see ``Diagnosis``.
struct UpstreamError: Hashable, Sendable {
    var message: String?
    var type: String?
    var code: String?
    var param: String?
    /// A status among the members: some answer 200 and put it here.
    var status: Int?

    init() {}

    /// Reads the value of an `error` member: an object, a text, or something that is no error at all.
    /// - Returns: nil for `null`, `false`, `0` and the empty string.
    static func value(_ reader: inout JSONReader) throws(JSONFault) -> UpstreamError? {
        var error = UpstreamError()
        switch try reader.peek() {
        case .null:
            try reader.readNull()
            return nil
        case .bool: return try reader.readBool() ? error : nil
        case .number:
            guard let status = try reader.readNumber().int, status != 0 else { return nil }
            error.noteStatus(status)
        case .string:
            let text = try reader.readString()
            if text.isEmpty { return nil }
            error.message = text.string
        case .array: try reader.skipValue()
        case .object: try error.readMembers(&reader)
        }
        return error
    }

    /// Reads a body that is an error as a whole: `{"error":…}`, the flat `{"message":…}`, FastAPI's `{"detail":…}`, or an
    /// array around one of them.
    /// - Returns: nil when it is not JSON or says nothing.
    init?(document: ByteBuffer) {
        let read: UpstreamError? = document.readJSON { reader in
            do {
                var error = UpstreamError()
                if try reader.peek() == .array {
                    var elements = try reader.readArray()
                    guard try reader.nextElement(of: &elements) else { return nil }
                }
                guard try reader.peek() == .object else { return nil }
                try error.readMembers(&reader)
                return error
            } catch {
                return nil
            }
        }
        guard let read, read != UpstreamError() else { return nil }
        self = read
    }

    private mutating func readMembers(_ reader: inout JSONReader) throws(JSONFault) {
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "error":
                if let inner = try UpstreamError.value(&reader) { take(inner) }
            case "message": message = try UpstreamError.text(&reader) ?? message
            case "detail":
                let detail = try UpstreamError.text(&reader)
                message = message ?? detail
            case "type": type = try UpstreamError.text(&reader) ?? type
            case "param": param = try UpstreamError.text(&reader) ?? param
            case "code", "status", "status_code", "http_status": try readCode(&reader, isCode: key.is("code"))
            default: try reader.skipValue()
            }
        }
    }

    /// What stands inside `error` says more than what stands beside it.
    private mutating func take(_ inner: UpstreamError) {
        message = inner.message ?? message
        type = inner.type ?? type
        code = inner.code ?? code
        param = inner.param ?? param
        status = inner.status ?? status
    }

    /// A word, or a status as a number or in digits.
    private mutating func readCode(_ reader: inout JSONReader, isCode: Bool) throws(JSONFault) {
        switch try reader.peek() {
        case .number:
            if let value = try reader.readNumber().int { noteStatus(value) }
        case .string:
            let text = try reader.readString().string
            if let value = Int(text) { noteStatus(value) } else if isCode || code == nil { code = text }
        default: try reader.skipValue()
        }
    }

    private mutating func noteStatus(_ value: Int) {
        if (400..<600).contains(value) { status = value }
    }

    /// A string, or nil for anything else, which is passed over.
    private static func text(_ reader: inout JSONReader) throws(JSONFault) -> String? {
        if try reader.peek() == .string { return try reader.readString().string }
        try reader.skipValue()
        return nil
    }
}
