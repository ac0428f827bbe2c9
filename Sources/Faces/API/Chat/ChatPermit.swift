import Gateway
import Wire

/// That a caller may send a chat: granted on the head of the request alone, before a byte of its body is read.
struct ChatPermit: Sendable {
    let door: ChatDoor
    var dialect: ChatDialect { door.dialect }
    let caller: Caller

    init(_ door: ChatDoor, _ request: RequestHead, _ keys: KeyDirectory, after shown: inout ShownSecret)
        throws(ErrorResponse)
    {
        self.door = door
        caller = try request.caller(in: keys, after: &shown, namesKey: door == .messages)
        if let encoding = request.contentEncoding, encoding.lowercased() != "identity" {
            throw .unsupportedContentEncoding(encoding)
        }
        if request.withContentType(ChatPermit.isJSON) == false {
            throw ErrorResponse(RequestFault.unsupportedContentType(request.contentType ?? ""))
        }
    }

    /// The door at a request's address, with or without a slash at its end; nil when it is not a chat's.
    static func door(of request: RequestHead) -> ChatDoor? {
        // Nearly always a plain path: compared where it stands.
        if let door = request.withTarget(door) { return door }
        guard var path = request.target?.path else { return nil }
        return path.withUTF8 { door(of: UnsafeRawBufferPointer($0)) }
    }

    private static func door(of path: UnsafeRawBufferPointer) -> ChatDoor? {
        switch path.count {
        case 20 where path.isSame(as: "/v1/chat/completions"), 21 where path.isSame(as: "/v1/chat/completions/"): .openAI
        case 22 where path.isSame(as: "/api/chat-completions/"), 21 where path.isSame(as: "/api/chat-completions"): .reference
        case 12 where path.isSame(as: "/v1/messages"), 13 where path.isSame(as: "/v1/messages/"): .messages
        case 13 where path.isSame(as: "/v1/responses"), 14 where path.isSame(as: "/v1/responses/"): .responses
        default: nil
        }
    }

    static let paths = ["/v1/chat/completions", "/api/chat-completions", "/v1/messages", "/v1/responses"]

    /// `application/json`, with or without parameters.
    private static func isJSON(_ type: UnsafeRawBufferPointer) -> Bool {
        let essence = type.prefix { $0 != UInt8(ascii: ";") && !$0.isBlank }
        return UnsafeRawBufferPointer(rebasing: essence).equals("application/json")
    }
}
