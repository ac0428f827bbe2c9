import Inference
import NIOCore
import Wire

/// Turns a whole answer into chunks, for upstreams that send one although a stream was asked for: everything at once, then
/// the ends. The texts are copied as they are.
enum Burst {
    /// - Parameters:
    ///   - choices: a checked array of choices with messages.
    ///   - outputBytes: what they add to the answer.
    static func chunks(of choices: ByteBuffer, outputBytes: Int) throws(JSONFault) -> [ChatChunk] {
        let parts = try choices.readJSON { (reader) throws(JSONFault) in try Burst.parts(&reader) }
        var deltas = ByteBuffer()
        deltas.reserveCapacity(choices.readableBytes + 64)
        var ends = ByteBuffer()
        for (place, part) in parts.enumerated() {
            let opening: StaticString = place == 0 ? "[{\"index\":" : ",{\"index\":"
            deltas.writeStaticString(opening)
            deltas.writeJSON(part.index)
            deltas.writeStaticString(",\"delta\":")
            part.writeDelta(of: choices, into: &deltas)
            if let logprobs = part.logprobs {
                deltas.writeStaticString(",\"logprobs\":")
                deltas.writeImmutableBuffer(choices.slice(logprobs))
            }
            deltas.writeStaticString(",\"finish_reason\":null}")
            ends.writeStaticString(opening)
            ends.writeJSON(part.index)
            ends.writeStaticString(",\"delta\":{},\"finish_reason\":")
            if let finish = part.finish { ends.writeImmutableBuffer(choices.slice(finish)) } else { ends.writeJSON("stop") }
            ends.writeStaticString("}")
        }
        deltas.writeStaticString("]")
        ends.writeStaticString("]")
        deltas.becomeOneLine()
        return [
            ChatChunk(choices: deltas, outputBytes: outputBytes, finishes: false),
            ChatChunk(choices: ends, outputBytes: 0, finishes: true),
        ]
    }

    private struct Part {
        var index: Int
        var message = 0..<0
        var logprobs: Range<Int>?
        var finish: Range<Int>?
        /// Where, within the message, the members of each tool call without an `index` begin.
        var unnumbered: [(place: Int, start: Int)] = []

        func writeDelta(of choices: ByteBuffer, into deltas: inout ByteBuffer) {
            var start = message.lowerBound
            for call in unnumbered {
                deltas.writeImmutableBuffer(choices.slice(start..<call.start))
                deltas.writeStaticString("\"index\":")
                deltas.writeJSON(call.place)
                deltas.writeStaticString(",")
                start = call.start
            }
            deltas.writeImmutableBuffer(choices.slice(start..<message.upperBound))
        }
    }

    private static func parts(_ reader: inout JSONReader) throws(JSONFault) -> [Part] {
        var parts: [Part] = []
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            var part = Part(index: elements.count - 1)
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                switch key {
                case "index": part.index = try reader.skipNull() ? part.index : try reader.readInt()
                case "message", "delta": try readMessage(&reader, into: &part)
                case "logprobs": part.logprobs = try reader.skipValue()
                case "finish_reason": part.finish = try finish(&reader)
                default: try reader.skipValue()
                }
            }
            parts.append(part)
        }
        return parts
    }

    private static func finish(_ reader: inout JSONReader) throws(JSONFault) -> Range<Int>? {
        let isReason = try reader.peek() == .string
        let range = try reader.skipValue()
        return isReason ? range : nil
    }

    private static func readMessage(_ reader: inout JSONReader, into part: inout Part) throws(JSONFault) {
        _ = try reader.peek()
        let start = reader.position
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            if key.is("tool_calls"), try reader.peek() == .array {
                part.unnumbered = try unnumberedCalls(&reader)
            } else {
                try reader.skipValue()
            }
        }
        part.message = start..<reader.position
    }

    private static func unnumberedCalls(_ reader: inout JSONReader) throws(JSONFault) -> [(place: Int, start: Int)] {
        var calls: [(place: Int, start: Int)] = []
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            var members = try reader.readObject()
            let start = reader.position
            var hasIndex = false, isEmpty = true
            while let key = try reader.nextKey(of: &members) {
                isEmpty = false
                if key.is("index") { hasIndex = true }
                try reader.skipValue()
            }
            if !hasIndex, !isEmpty { calls.append((place: elements.count - 1, start: start)) }
        }
        return calls
    }
}
