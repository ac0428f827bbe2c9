import NIOCore
import Wire

/// One JSON document of an upstream's — an event of a stream, or a whole answer — walked once: checked throughout, its
/// choices found and brought into OpenAI's form, its usage and errors noticed wherever they stand.
struct AnswerPiece {
    enum Form {
        /// Choices carry a `delta`.
        case chunk
        /// Choices carry a `message`.
        case whole
    }

    /// The `choices` array, or nil when there is none or an empty one. A view of the document unless something was mended.
    private(set) var choices: ByteBuffer?
    /// UTF-8 bytes of what these choices add to the answer.
    private(set) var outputBytes = 0
    /// Which choices were seen here, and which of them ended.
    private(set) var marks = ChoiceMarks()
    /// A choice of a chunk carries a `message` and no `delta`: the whole answer came as one event.
    private(set) var holdsMessages = false
    private(set) var usage: UsageReport?
    private(set) var fingerprint: String?
    private(set) var error: UpstreamError?
    /// Where the choices are in the document.
    private(set) var choicesRange: Range<Int>?
    private var outputText: Range<Int>?
    private var outputTextBytes = 0
    private var outputTexts = 0
    private var padding: Range<Int>?
    private let form: Form
    private let readsFingerprint: Bool
    private var mends: [Mend] = []
    private var isErrorObject = false
    /// A choice of a chunk carries a `message`, beside a `delta` or in its place.
    private var holdsSpareMessage = false
    /// The choices are given on as they stand in the document.
    private var isVerbatim = false

    /// Another text for a part of the document.
    private struct Mend {
        var range: Range<Int>
        var text: String
    }

    /// - Throws: what is wrong with the document: not JSON, no object, or choices that are none.
    init(_ document: ByteBuffer, as form: Form, readsFingerprint: Bool = true) throws(JSONFault) {
        self.form = form
        self.readsFingerprint = readsFingerprint
        let choicesRange = try document.readJSON { (reader) throws(JSONFault) in try self.read(&reader) }
        if let choicesRange { choices = mended(document, choicesRange) }
        self.choicesRange = choicesRange
        if error == nil, isErrorObject { error = UpstreamError(document: document) ?? UpstreamError() }
    }

    /// - Returns: where the choices are, if there are any.
    private mutating func read(_ reader: inout JSONReader) throws(JSONFault) -> Range<Int>? {
        var choices: Range<Int>?
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "choices": choices = try readChoices(&reader)
            case "usage": try readUsage(&reader)
            case "x_groq": try readGroq(&reader)
            case "error": error = try UpstreamError.value(&reader)
            case "system_fingerprint" where readsFingerprint: fingerprint = try text(&reader)?.string
            case "obfuscation" where try reader.peek() == .string: padding = try reader.readString().range
            case "object": isErrorObject = try text(&reader)?.is("error") ?? false
            default: try reader.skipValue()
            }
        }
        try reader.finish()
        return choices
    }

    private mutating func readUsage(_ reader: inout JSONReader) throws(JSONFault) {
        if try reader.peek() == .object { usage = try UsageReport(&reader) } else { try reader.skipValue() }
    }

    /// Groq's own envelope: usage, or an error that stopped the stream.
    private mutating func readGroq(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.peek() == .object else {
            try reader.skipValue()
            return
        }
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "usage": try readUsage(&reader)
            case "error": error = try UpstreamError.value(&reader) ?? error
            default: try reader.skipValue()
            }
        }
    }

    private func text(_ reader: inout JSONReader) throws(JSONFault) -> JSONText? {
        if try reader.peek() == .string { return try reader.readString() }
        try reader.skipValue()
        return nil
    }

    // MARK: What may change

    /// The strings that are all that changes between chunks like this one, in their order: its one text, and OpenAI's padding. Nil
    /// when there is more to it than that.
    var spots: (ChunkShape.Spot, ChunkShape.Spot?)? {
        guard form == .chunk, outputTexts == 1, let outputText, usage == nil, error == nil, isVerbatim, !holdsSpareMessage
        else { return nil }
        let text = ChunkShape.Spot(range: outputText, isOutput: true)
        guard let padding else { return (text, nil) }
        let pad = ChunkShape.Spot(range: padding, isOutput: false)
        return pad.range.lowerBound < text.range.lowerBound ? (pad, text) : (text, pad)
    }

    /// Output beside the text that may change.
    var fixedBytes: Int { outputBytes - outputTextBytes }

    // MARK: Choices

    private mutating func readChoices(_ reader: inout JSONReader) throws(JSONFault) -> Range<Int>? {
        if try reader.skipNull() { return nil }
        _ = try reader.peek()
        let start = reader.position
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) { try readChoice(&reader, at: elements.count - 1) }
        return elements.count == 0 ? nil : start..<reader.position
    }

    private mutating func readChoice(_ reader: inout JSONReader, at place: Int) throws(JSONFault) {
        var index: Int?
        var finish: ChoiceMarks.Finish?
        var hasContent = false, isEmpty = true
        var messageBytes: Int?
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            isEmpty = false
            switch key {
            case "index": index = try reader.skipNull() ? nil : try reader.readInt()
            case "finish_reason": finish = try readFinish(&reader)
            case "delta" where form == .chunk, "message" where form == .whole:
                hasContent = true
                try readContent(&reader)
            case "message" where try reader.peek() == .object:
                messageBytes = try readMessage(&reader)
                holdsSpareMessage = true
            default: try reader.skipValue()
            }
        }
        guard marks.note(index ?? place, finish ?? .none) else { throw JSONFault(.notAnInteger, at: reader.position) }
        if form == .whole, !hasContent {
            throw JSONFault(.wrongKind(expected: .object, found: .null), at: reader.position)
        }
        var missing = index == nil ? ["\"index\":\(place)"] : []
        if !hasContent, let messageBytes {
            holdsMessages = true
            outputBytes += messageBytes
        } else if !hasContent {
            missing.append("\"delta\":{}")
        }
        if finish == nil { missing.append(form == .chunk ? "\"finish_reason\":null" : "\"finish_reason\":\"stop\"") }
        guard !missing.isEmpty else { return }
        let end = reader.position - 1
        mends.append(Mend(range: end..<end, text: (isEmpty ? "" : ",") + missing.joined(separator: ",")))
    }

    /// Null and the empty string, which some send in its place, are no reason.
    private mutating func readFinish(_ reader: inout JSONReader) throws(JSONFault) -> ChoiceMarks.Finish {
        if try reader.skipNull() { return .none }
        let reason = try reader.readString()
        guard reason.isEmpty else { return reason.is("length") ? .atCap : .byItself }
        mends.append(Mend(range: (reason.range.lowerBound - 1)..<(reason.range.upperBound + 1), text: "null"))
        return .none
    }

    private mutating func readContent(_ reader: inout JSONReader) throws(JSONFault) {
        if form == .chunk, try reader.skipNull() {
            mends.append(Mend(range: (reader.position - 4)..<reader.position, text: "{}"))
        } else {
            outputBytes += try readMessage(&reader)
        }
    }

    /// - Returns: the bytes of output in it.
    private mutating func readMessage(_ reader: inout JSONReader) throws(JSONFault) -> Int {
        var output = OutputCount()
        try output.read(message: &reader)
        outputTexts += output.texts
        outputText = output.lastText
        outputTextBytes = output.lastTextBytes
        return output.bytes
    }

    // MARK: Mending

    /// The choices with what was missing put in, and on one line: a chunk becomes a line of an event stream.
    private mutating func mended(_ document: ByteBuffer, _ range: Range<Int>) -> ByteBuffer {
        let isOneLine = form == .whole || !document.holdsLineEnd(in: range)
        isVerbatim = mends.isEmpty && isOneLine
        if isVerbatim { return document.slice(range) }
        var choices = ByteBuffer()
        choices.reserveCapacity(range.count + mends.reduce(0) { $0 + $1.text.utf8.count })
        var start = range.lowerBound
        for mend in mends {
            choices.writeImmutableBuffer(document.slice(start..<mend.range.lowerBound))
            choices.writeString(mend.text)
            start = mend.range.upperBound
        }
        choices.writeImmutableBuffer(document.slice(start..<range.upperBound))
        if !isOneLine { choices.becomeOneLine() }
        return choices
    }
}

extension ByteBuffer {
    func holdsLineEnd(in range: Range<Int>) -> Bool {
        withUnsafeReadableBytes { bytes in UnsafeRawBufferPointer(rebasing: bytes[range]).firstLineEnd(from: 0) != nil }
    }

    /// In JSON, line ends stand only between tokens.
    mutating func becomeOneLine() {
        withUnsafeMutableReadableBytes { bytes in
            for index in bytes.indices where bytes[index] == 0x0A || bytes[index] == 0x0D { bytes[index] = 0x20 }
        }
    }
}
