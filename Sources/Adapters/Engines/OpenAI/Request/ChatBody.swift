import Inference
import NIOCore
import Wire

/// The body of a chat request, put together from what was checked: small parts are copied into one buffer, large members go
/// as the slices they are.
struct ChatBody {
    private(set) var slices: [ByteBuffer] = []
    private(set) var bytes = 0
    private var small: ByteBuffer

    /// - Parameter headRoom: bytes to leave free before the first slice, for ``slices(behind:)``.
    /// - Throws: only when the messages are not what `ChatPrompt` promises.
    init(_ order: ChatOrder, _ options: OpenAIEngine.Options, headRoom: Int = 0) throws(JSONFault) {
        let prompt = order.prompt
        small = ByteBufferAllocator().buffer(capacity: headRoom + 1024)
        small.moveWriterIndex(to: headRoom)
        small.moveReaderIndex(to: headRoom)
        small.write(upTo: TextRoom.jsonBytesMax(of: order.model) + Self.openingBytesMax) { room in
            Self.open(order, options, &room)
        }
        let renamesDeveloper = options.mapsDeveloperRole && prompt.mayNameDeveloper
        for member in prompt.members {
            small.write(upTo: TextRoom.jsonBytesMax(of: member.name) + 2) { room in
                room.write(",")
                room.write(json: member.name)
                room.write(":")
            }
            if renamesDeveloper, member.name == "messages" {
                for piece in try SystemRole.pieces(of: member.value) { add(piece) }
            } else {
                add(member.value)
            }
        }
        small.writeStaticString("}")
        flush()
    }

    /// The slices with a head before them, in one buffer with the first: it fits into the room that was left.
    consuming func slices(behind head: ByteBuffer) -> [ByteBuffer] {
        // Taken out of the array, so that its storage is not shared while it is written to.
        var first = slices[0]
        slices[0] = head
        let start = first.readerIndex - head.readableBytes
        first.setBuffer(head, at: start)
        first.moveReaderIndex(to: start)
        slices[0] = first
        return slices
    }

    /// What the engine itself says, the model first.
    private static func open(_ order: ChatOrder, _ options: OpenAIEngine.Options, _ room: inout TextRoom) {
        room.write("{\"model\":")
        room.write(json: order.model)
        if order.prompt.choices > 1 {
            room.write(",\"n\":")
            room.write(decimal: order.prompt.choices)
        }
        if order.prompt.stream {
            room.write(",\"stream\":true")
            if options.sendsStreamOptions { room.write(",\"stream_options\":{\"include_usage\":true}") }
        }
        switch options.outputCapField {
        case .maxCompletionTokens: room.write(",\"max_completion_tokens\":")
        case .maxTokens: room.write(",\"max_tokens\":")
        }
        room.write(decimal: order.outputCap)
    }

    /// Bytes of what ``open(_:_:_:)`` writes beside the model.
    private static let openingBytesMax = 160 + 2 * TextRoom.decimalBytesMax

    private mutating func add(_ value: ByteBuffer) {
        if value.readableBytes <= OpenAILimits.spliceBytesMax {
            small.writeImmutableBuffer(value)
        } else {
            flush()
            append(value)
        }
    }

    private mutating func flush() {
        guard small.readableBytes > 0 else { return }
        append(small)
        small = ByteBuffer()
    }

    private mutating func append(_ slice: ByteBuffer) {
        slices.append(slice)
        bytes += slice.readableBytes
    }
}
