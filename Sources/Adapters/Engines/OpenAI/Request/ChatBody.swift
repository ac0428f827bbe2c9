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
        small.writeStaticString("{\"model\":")
        small.writeJSON(order.model)
        if prompt.choices > 1 { add("n", prompt.choices) }
        if prompt.stream {
            small.writeStaticString(",\"stream\":true")
            if options.sendsStreamOptions { small.writeStaticString(",\"stream_options\":{\"include_usage\":true}") }
        }
        switch options.outputCapField {
        case .maxCompletionTokens: add("max_completion_tokens", order.outputCap)
        case .maxTokens: add("max_tokens", order.outputCap)
        }
        for member in prompt.members {
            small.writeStaticString(",")
            small.writeJSON(member.name)
            small.writeStaticString(":")
            if options.mapsDeveloperRole, member.name == "messages" {
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

    private mutating func add(_ key: StaticString, _ value: Int) {
        small.writeStaticString(",")
        small.writeJSON(key: key)
        small.writeJSON(value)
    }

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
