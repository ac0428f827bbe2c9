import NIOCore
import Wire

/// Turns `developer` messages into `system` ones, for servers that do not know the newer name.
enum SystemRole {
    /// The messages in pieces that follow one another: all but the changed words are slices of the original.
    static func pieces(of messages: ByteBuffer) throws(JSONFault) -> [ByteBuffer] {
        let roles = try messages.readJSON { (reader) throws(JSONFault) in try developerRoles(&reader) }
        var pieces: [ByteBuffer] = []
        var start = 0
        for role in roles {
            pieces.append(messages.slice(start..<role.lowerBound))
            pieces.append(ByteBuffer(staticString: "system"))
            start = role.upperBound
        }
        pieces.append(messages.slice(start..<messages.readableBytes))
        return pieces
    }

    /// Where the word `developer` stands as a role, without its quotes.
    private static func developerRoles(_ reader: inout JSONReader) throws(JSONFault) -> [Range<Int>] {
        var roles: [Range<Int>] = []
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                guard key.is("role") else {
                    try reader.skipValue()
                    continue
                }
                let role = try reader.readString()
                if role.is("developer") { roles.append(role.range) }
            }
        }
        return roles
    }
}
