import Gateway
import Wire

/// That a caller may send a chat: granted on the head of the request alone, before a byte of its body is read.
struct ChatPermit: Sendable {
    let dialect: ChatDialect
    let caller: Caller

    init(_ dialect: ChatDialect, _ request: RequestHead, _ keys: KeyDirectory, after shown: inout ShownSecret)
        throws(ErrorResponse)
    {
        self.dialect = dialect
        caller = try request.caller(in: keys, after: &shown)
        if let encoding = request.contentEncoding, encoding.lowercased() != "identity" {
            throw .unsupportedContentEncoding(encoding)
        }
        if request.withContentType(ChatPermit.isJSON) == false {
            throw ErrorResponse(RequestFault.unsupportedContentType(request.contentType ?? ""))
        }
    }

    /// The dialect spoken at a request's address, with or without a slash at its end; nil when it is not a chat's.
    static func dialect(of request: RequestHead) -> ChatDialect? {
        // Nearly always a plain path: compared where it stands.
        if let dialect = request.withTarget(dialect) { return dialect }
        guard var path = request.target?.path else { return nil }
        return path.withUTF8 { dialect(of: UnsafeRawBufferPointer($0)) }
    }

    private static func dialect(of path: UnsafeRawBufferPointer) -> ChatDialect? {
        switch path.count {
        case 20 where path.isSame(as: "/v1/chat/completions"), 21 where path.isSame(as: "/v1/chat/completions/"): .openAI
        case 22 where path.isSame(as: "/api/chat-completions/"), 21 where path.isSame(as: "/api/chat-completions"): .reference
        default: nil
        }
    }

    static let paths = ["/v1/chat/completions", "/api/chat-completions"]

    /// `application/json`, with or without parameters.
    private static func isJSON(_ type: UnsafeRawBufferPointer) -> Bool {
        let essence = type.prefix { $0 != UInt8(ascii: ";") && !$0.isBlank }
        return UnsafeRawBufferPointer(rebasing: essence).equals("application/json")
    }
}
