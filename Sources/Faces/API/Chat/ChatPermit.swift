import Gateway
import Wire

/// That a caller may send a chat: granted on the head of the request alone, before a byte of its body is read.
struct ChatPermit: Sendable {
    let dialect: ChatDialect
    let caller: Caller

    init(_ dialect: ChatDialect, _ request: RequestHead, _ keys: KeyDirectory) throws(ErrorResponse) {
        self.dialect = dialect
        caller = try request.authorization.caller(in: keys)
        if let encoding = request.contentEncoding, !encoding.utf8.equals("identity") {
            throw .unsupportedContentEncoding(encoding)
        }
        if let type = request.contentType, !ChatPermit.isJSON(type) {
            throw ErrorResponse(RequestFault.unsupportedContentType(type))
        }
    }

    /// The dialect spoken at a path, with or without a slash at its end; nil when it is not a chat's path.
    static func dialect(of path: String) -> ChatDialect? {
        switch path {
        case "/v1/chat/completions", "/v1/chat/completions/": .openAI
        case "/api/chat-completions/", "/api/chat-completions": .reference
        default: nil
        }
    }

    static let paths = ["/v1/chat/completions", "/api/chat-completions"]

    /// `application/json`, with or without parameters.
    private static func isJSON(_ type: String) -> Bool {
        let essence = type.utf8.prefix { $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: " ") }
        return essence.equals("application/json")
    }
}
