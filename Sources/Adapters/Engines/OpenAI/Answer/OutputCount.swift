import Wire

/// Counts what a message adds to an answer: the UTF-8 bytes of its texts, tool names and arguments, as decoded.
struct OutputCount {
    private(set) var bytes = 0
    /// Texts counted so far, or objects in their place.
    private(set) var texts = 0
    /// Where the text counted last stands in its document, without its quotes; nil after an object.
    private(set) var lastText: Range<Int>?
    private(set) var lastTextBytes = 0

    /// Reads a `delta` or a `message`.
    mutating func read(message reader: inout JSONReader) throws(JSONFault) {
        var reasoning = 0
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "content": bytes += try readTexts(&reader)
            case "refusal": bytes += try readText(&reader)
            // Some send the same thoughts under both names.
            case "reasoning_content", "reasoning": reasoning = max(reasoning, try readText(&reader))
            case "tool_calls": try readCalls(&reader)
            case "function_call": try readFunction(&reader)
            default: try reader.skipValue()
            }
        }
        bytes += reasoning
    }

    private mutating func readText(_ reader: inout JSONReader) throws(JSONFault) -> Int {
        let kind = try reader.peek()
        if kind == .string {
            let text = try reader.readString()
            texts += 1
            lastText = text.range
            lastTextBytes = text.decodedBytes
            return text.decodedBytes
        }
        let range = try reader.skipValue()
        guard kind == .object else { return 0 }
        // Arguments that are an object instead of a text cost no less than they are long.
        texts += 1
        lastText = nil
        return range.count
    }

    /// A text, or an array of parts with texts in them, thoughts included.
    private mutating func readTexts(_ reader: inout JSONReader) throws(JSONFault) -> Int {
        guard try reader.peek() == .array else { return try readText(&reader) }
        var bytes = 0
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            guard try reader.peek() == .object else {
                bytes += try readText(&reader)
                continue
            }
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                switch key {
                case "text", "thinking", "refusal": bytes += try readTexts(&reader)
                default: try reader.skipValue()
                }
            }
        }
        return bytes
    }

    private mutating func readCalls(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.peek() == .array else {
            try reader.skipValue()
            return
        }
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                switch key {
                case "function", "custom": try readFunction(&reader)
                default: try reader.skipValue()
                }
            }
        }
    }

    private mutating func readFunction(_ reader: inout JSONReader) throws(JSONFault) {
        guard try reader.peek() == .object else {
            try reader.skipValue()
            return
        }
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "name", "arguments", "input": bytes += try readText(&reader)
            default: try reader.skipValue()
            }
        }
    }
}
