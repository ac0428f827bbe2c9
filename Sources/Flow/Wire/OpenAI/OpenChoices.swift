package import Inference
import NIOCore

/// The choices of a stream that have not ended yet: those that must be told so when the stream is cut.
package struct OpenChoices: Sendable {
    /// In ascending order.
    package private(set) var indices: [Int]

    private let isOne: Bool

    package init(_ count: Int) {
        indices = Array(0..<count)
        isOne = count == 1
    }

    /// Takes note of the ends in a chunk that ``ChatChunk/finishes``.
    package mutating func close(_ chunk: ChatChunk) {
        guard !isOne else {
            indices = []
            return
        }
        // An engine's choices were checked before they came here; what cannot be read has not ended.
        let ended = try? chunk.choices.readJSON { (reader) throws(JSONFault) in try OpenChoices.ended(&reader) }
        indices.removeAll { ended?.contains($0) ?? false }
    }

    private static func ended(_ reader: inout JSONReader) throws(JSONFault) -> Set<Int> {
        var ended: Set<Int> = []
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            var index = 0
            var hasEnded = false
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                switch key {
                case "index": index = try reader.readInt()
                case "finish_reason":
                    hasEnded = try reader.peek() == .string
                    try reader.skipValue()
                default: try reader.skipValue()
                }
            }
            if hasEnded { ended.insert(index) }
        }
        return ended
    }
}
