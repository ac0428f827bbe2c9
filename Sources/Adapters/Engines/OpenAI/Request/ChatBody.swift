import Inference
import NIOCore
import Wire

/// The body of a chat request, put together from what was checked: small parts are copied into one buffer, large members go
/// as the slices they are.
struct ChatBody {
    /// What differs from engine to engine.
    struct Dialect {
        let outputCapField: OpenAIEngine.Options.OutputCapField
        let sendsStreamOptions: Bool
        let mapsDeveloperRole: Bool

        init(_ options: OpenAIEngine.Options) {
            outputCapField = options.outputCapField
            sendsStreamOptions = options.sendsStreamOptions
            mapsDeveloperRole = options.mapsDeveloperRole
        }
    }

    /// What comes first; nearly always all there is. Before it is the room that was asked for.
    var first: ByteBuffer
    /// What follows the first large member, that member included.
    private(set) var rest: [ByteBuffer] = []
    /// What came last was copied, so that more may be put behind it.
    private var endsSmall = false

    /// - Parameter headRoom: bytes to leave free before the first slice.
    /// - Throws: only when the messages are not what `ChatPrompt` promises.
    init(_ order: ChatOrder, _ dialect: Dialect, headRoom: Int = 0) throws(JSONFault) {
        let members = order.prompt.members
        var start = 0
        var end = ChatBody.smallEnd(of: members, from: start, order, dialect)
        let openingMax = TextRoom.jsonBytesMax(of: order.model) + ChatBody.openingBytesMax
        let roomMax = openingMax + ChatBody.bytesMax(of: members, start, end)
        first = ByteBufferAllocator().buffer(capacity: headRoom + roomMax)
        first.moveWriterIndex(to: headRoom)
        first.moveReaderIndex(to: headRoom)
        first.write(upTo: roomMax) { room in
            ChatBody.open(order, dialect, &room)
            ChatBody.write(members, start, end, &room)
        }
        while end < members.count {
            let value = members[end].value
            for piece in ChatBody.isRenamed(members[end], order, dialect) ? try SystemRole.pieces(of: value) : [value] {
                add(piece)
            }
            start = end + 1
            end = ChatBody.smallEnd(of: members, from: start, order, dialect)
            var between = ByteBuffer()
            between.write(upTo: ChatBody.bytesMax(of: members, start, end)) { ChatBody.write(members, start, end, &$0) }
            add(between)
        }
    }

    /// Copies a small piece behind a small one.
    private mutating func add(_ piece: ByteBuffer) {
        guard piece.readableBytes <= OpenAILimits.spliceBytesMax else {
            endsSmall = false
            return rest.append(piece)
        }
        if rest.isEmpty {
            first.writeImmutableBuffer(piece)
        } else if endsSmall {
            rest[rest.count - 1].writeImmutableBuffer(piece)
        } else {
            rest.append(ByteBuffer(buffer: piece))
        }
        endsSmall = true
    }

    var bytes: Int { rest.reduce(first.readableBytes) { $0 + $1.readableBytes } }

    var slices: [ByteBuffer] { [first] + rest }

    /// What the engine itself says, the model first.
    private static func open(_ order: ChatOrder, _ dialect: Dialect, _ room: inout TextRoom) {
        room.write("{\"model\":")
        room.write(json: order.model)
        if order.prompt.choices > 1 {
            room.write(",\"n\":")
            room.write(decimal: order.prompt.choices)
        }
        if order.prompt.stream {
            room.write(",\"stream\":true")
            if dialect.sendsStreamOptions { room.write(",\"stream_options\":{\"include_usage\":true}") }
        }
        switch dialect.outputCapField {
        case .maxCompletionTokens: room.write(",\"max_completion_tokens\":")
        case .maxTokens: room.write(",\"max_tokens\":")
        }
        room.write(decimal: order.outputCap)
    }

    /// Bytes of what ``open(_:_:_:)`` writes beside the model.
    private static let openingBytesMax = 160 + 2 * TextRoom.decimalBytesMax

    // MARK: Members

    private static func isRenamed(_ member: ChatPrompt.Member, _ order: ChatOrder, _ dialect: Dialect) -> Bool {
        dialect.mapsDeveloperRole && order.prompt.mayNameDeveloper && member.name == "messages"
    }

    /// The first member from `start` on that is not copied; the end when there is none.
    private static func smallEnd(
        of members: [ChatPrompt.Member], from start: Int, _ order: ChatOrder, _ dialect: Dialect
    ) -> Int {
        var end = start
        while end < members.count, members[end].value.readableBytes <= OpenAILimits.spliceBytesMax,
            !isRenamed(members[end], order, dialect)
        {
            end += 1
        }
        return end
    }

    /// Writes members, and the name of the one behind them or the end of the body.
    private static func write(_ members: [ChatPrompt.Member], _ start: Int, _ end: Int, _ room: inout TextRoom) {
        for index in start..<min(end + 1, members.count) {
            room.write(",")
            room.write(json: members[index].name)
            room.write(":")
            if index < end { room.write(members[index].value) }
        }
        if end == members.count { room.write("}") }
    }

    /// The most that ``write(_:_:_:_:)`` writes.
    private static func bytesMax(of members: [ChatPrompt.Member], _ start: Int, _ end: Int) -> Int {
        var bytes = 1
        for index in start..<min(end + 1, members.count) {
            bytes += TextRoom.jsonBytesMax(of: members[index].name) + 2 + (index < end ? members[index].value.readableBytes : 0)
        }
        return bytes
    }
}
