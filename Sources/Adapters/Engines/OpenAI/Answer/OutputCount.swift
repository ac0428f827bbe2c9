import Wire

/// Counts what a message adds to an answer: the UTF-8 bytes of its texts, tool names and arguments, as decoded.
enum OutputCount {
    /// Reads a `delta` or a `message`.
    static func bytes(ofMessage reader: inout JSONReader) throws(JSONFault) -> Int {
        var bytes = 0
        var reasoning = 0
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "content": bytes += try texts(&reader)
            case "refusal": bytes += try text(&reader)
            // Some send the same thoughts under both names.
            case "reasoning_content", "reasoning": reasoning = max(reasoning, try text(&reader))
            case "tool_calls": bytes += try calls(&reader)
            case "function_call": bytes += try function(&reader)
            default: try reader.skipValue()
            }
        }
        return bytes + reasoning
    }

    private static func text(_ reader: inout JSONReader) throws(JSONFault) -> Int {
        if try reader.peek() == .string { return try reader.readString().decodedBytes }
        // Arguments that are an object instead of a text cost no less than they are long.
        let kind = try reader.peek()
        let range = try reader.skipValue()
        return kind == .object ? range.count : 0
    }

    /// A text, or an array of parts with texts in them, thoughts included.
    private static func texts(_ reader: inout JSONReader) throws(JSONFault) -> Int {
        guard try reader.peek() == .array else { return try text(&reader) }
        var bytes = 0
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            guard try reader.peek() == .object else {
                bytes += try text(&reader)
                continue
            }
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                switch key {
                case "text", "thinking", "refusal": bytes += try texts(&reader)
                default: try reader.skipValue()
                }
            }
        }
        return bytes
    }

    private static func calls(_ reader: inout JSONReader) throws(JSONFault) -> Int {
        guard try reader.peek() == .array else {
            try reader.skipValue()
            return 0
        }
        var bytes = 0
        var elements = try reader.readArray()
        while try reader.nextElement(of: &elements) {
            var members = try reader.readObject()
            while let key = try reader.nextKey(of: &members) {
                switch key {
                case "function", "custom": bytes += try function(&reader)
                default: try reader.skipValue()
                }
            }
        }
        return bytes
    }

    private static func function(_ reader: inout JSONReader) throws(JSONFault) -> Int {
        guard try reader.peek() == .object else {
            try reader.skipValue()
            return 0
        }
        var bytes = 0
        var members = try reader.readObject()
        while let key = try reader.nextKey(of: &members) {
            switch key {
            case "name", "arguments", "input": bytes += try text(&reader)
            default: try reader.skipValue()
            }
        }
        return bytes
    }
}
