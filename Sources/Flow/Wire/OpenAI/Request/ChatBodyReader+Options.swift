/// The small members: how to sample, where to stop, what to stream.
extension ChatBodyReader {
    struct StreamOptions {
        var includeUsage = false
    }

    mutating func readStreamOptions() throws(FieldFault) -> StreamOptions {
        var options = StreamOptions()
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                if try fields.null() { continue }
                switch key {
                case "include_usage": options.includeUsage = try fields.bool()
                // Padding against an eavesdropper who counts bytes: the stream is ours to shape, so it is not passed on.
                case "include_obfuscation": _ = try fields.bool()
                default:
                    try fields.skip()
                    noteDropped(key, in: "stream_options")
                }
            } catch { throw error.under(key.cutShort) }
        }
        return options
    }

    /// Text is all there is; asking for it is asking for the default.
    mutating func readModalities() throws(FieldFault) {
        var elements = try fields.array()
        while try fields.element(of: &elements, max: 2) {
            do throws(FieldFault) {
                let modality = try fields.string()
                guard modality.is("text") else { throw .value(modality.cutShort, supported: ["text"]) }
            } catch { throw error.under(elements.count - 1) }
        }
    }

    mutating func readStop() throws(FieldFault) {
        switch try fields.kind() {
        case .string:
            guard !(try fields.string().isEmpty) else { throw .emptyString }
        case .array:
            var elements = try fields.array()
            while try fields.element(of: &elements, max: ChatRequestLimits.stopsMax) {
                do throws(FieldFault) {
                    guard !(try fields.string().isEmpty) else { throw .emptyString }
                } catch { throw error.under(elements.count - 1) }
            }
        default: throw try fields.wrongType("one of a string or array of strings")
        }
    }

    mutating func readLogitBias() throws(FieldFault) {
        var count = 0
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            count += 1
            guard count <= ChatRequestLimits.biasesMax else { throw .objectTooLarge(max: ChatRequestLimits.biasesMax) }
            do throws(FieldFault) {
                guard !key.isEmpty, key.decodedBytes <= 10, key.decoded.allSatisfy({ 0x30...0x39 ~= $0 }) else {
                    throw FieldFault(code: "invalid_value") {
                        "Invalid key in '\($0)': expected the id of a token, digits only."
                    }
                }
                _ = try fields.integer(-100...100)
            } catch { throw error.under(key.cutShort) }
        }
    }

    mutating func readReasoningEffort() throws(FieldFault) {
        let effort = try fields.string()
        switch effort {
        case "none", "minimal", "low", "medium", "high", "xhigh": break
        default: throw .value(effort.cutShort, supported: ["none", "minimal", "low", "medium", "high", "xhigh"])
        }
    }

    mutating func readVerbosity() throws(FieldFault) {
        let verbosity = try fields.string()
        switch verbosity {
        case "low", "medium", "high": break
        default: throw .value(verbosity.cutShort, supported: ["low", "medium", "high"])
        }
    }
}
