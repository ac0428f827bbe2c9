import Inference

/// The form an answer should take: `response_format`, and `prediction`, the answer a caller expects.
extension ChatBodyReader {
    mutating func readResponseFormat() throws(FieldFault) {
        var type: JSONText?
        var hasSchema = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "type": type = try fields.string()
                case "json_schema":
                    if try fields.null() {
                        walk.isCut = true
                    } else {
                        try readSchema()
                        hasSchema = true
                    }
                default: try drop(key, from: &walk, in: "response_format")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let type else { throw .missing("type") }
        switch type {
        case "text", "json_object":
            if hasSchema { throw .unknown("json_schema") }
        case "json_schema":
            if !hasSchema { throw .missing("json_schema") }
        default: throw .value(type.cutShort, supported: ["text", "json_object", "json_schema"], at: "type")
        }
    }

    private mutating func readSchema() throws(FieldFault) {
        var hasName = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "name":
                    size.textBytes += try fields.name().decodedBytes
                    hasName = true
                case "description": try readOptionalText(in: &walk)
                case "schema": try readSchemaObject(in: &walk)
                case "strict":
                    if !(try fields.null()) { _ = try fields.bool() }
                default: try drop(key, from: &walk, in: "response_format.json_schema")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard hasName else { throw .missing("name") }
    }

    /// A JSON schema, or null: kept as written, and it counts as text since models are shown it.
    mutating func readSchemaObject(in walk: inout FieldReader.Walk) throws(FieldFault) {
        switch try fields.kind() {
        case .object: size.textBytes += try fields.skip().count
        case .null:
            _ = try fields.null()
            walk.isCut = true
        default: throw try fields.wrongType("an object")
        }
    }

    /// A string that models are shown, or null.
    mutating func readOptionalText(in walk: inout FieldReader.Walk) throws(FieldFault) {
        if try fields.null() {
            walk.isCut = true
        } else {
            size.textBytes += try fields.string().decodedBytes
        }
    }

    /// Skips a member nobody knows and leaves it out of what is passed on.
    mutating func drop(_ key: JSONText, from walk: inout FieldReader.Walk, in place: String) throws(FieldFault) {
        walk.isCut = true
        try fields.skip()
        noteDropped(key, in: place)
    }

    mutating func readPrediction() throws(FieldFault) {
        var type: JSONText?
        var hasContent = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "type": type = try fields.string()
                case "content":
                    let before = size.textBytes
                    let content = try readContent(of: nil)
                    size.predictionBytes = size.textBytes - before
                    guard content.kind == .given else { throw MessageContent.nullFault }
                    if let part = content.firstImage ?? content.firstRefusal {
                        throw FieldFault.rule("Only text can be predicted.", at: "[\(part)].type", code: "invalid_value")
                    }
                    hasContent = true
                default: try drop(key, from: &walk, in: "prediction")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let type else { throw .missing("type") }
        guard type.is("content") else { throw .value(type.cutShort, supported: ["content"], at: "type") }
        guard hasContent else { throw .missing("content") }
    }
}
