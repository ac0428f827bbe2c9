import Wire

/// A small validator of JSON schemas for tests; it shares nothing with what writes the documents.
struct SchemaCheck {
    let root: JSONValue

    /// What is wrong with a value, one sentence each.
    func faults(in value: JSONValue) -> [String] { check(value, root, "$") }

    private func check(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        if let allowed = schema.bool { return allowed ? [] : ["\(path): nothing is allowed here"] }
        var faults: [String] = []
        func demand(_ holds: Bool, _ keyword: String) {
            if !holds { faults.append("\(path): \(keyword) fails for \(value.text.prefix(120))") }
        }
        for member in schema.members ?? [] {
            let (keyword, rule) = (member.key, member.value)
            switch keyword {
            case "$ref": faults += check(value, target(rule.string ?? ""), path)
            case "type": demand((rule.elements ?? [rule]).contains { isOf($0.string ?? "", value) }, keyword)
            case "const": demand(value == rule, keyword)
            case "enum": demand(rule.elements?.contains(value) == true, keyword)
            case "allOf": for part in rule.elements ?? [] { faults += check(value, part, path) }
            case "anyOf": demand(rule.elements?.contains { check(value, $0, path).isEmpty } == true, keyword)
            case "oneOf": demand(rule.elements?.filter { check(value, $0, path).isEmpty }.count == 1, keyword)
            case "not": demand(!check(value, rule, path).isEmpty, keyword)
            default: continue
            }
        }
        switch value {
        case .object(let members): faults += checkObject(members, schema, path)
        case .array(let values): faults += checkArray(values, schema, path)
        case .string(let text): faults += checkString(text, schema, path)
        case .number: faults += checkNumber(value, schema, path)
        default: break
        }
        return faults
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("object", .object), ("array", .array), ("string", .string), ("boolean", .bool), ("null", .null): true
        case ("number", .number): true
        case ("integer", .number(let number)): (number.double ?? 0.5).truncatingRemainder(dividingBy: 1) == 0
        default: false
        }
    }

    private func target(_ reference: String) -> JSONValue {
        var here = root
        for step in reference.split(separator: "/").dropFirst() {
            let key = String(step).replacing("~1", with: "/").replacing("~0", with: "~").replacing("%20", with: " ")
            guard let next = here[key] else { return false }
            here = next
        }
        return here
    }

    private func checkObject(_ members: [JSONMember], _ schema: JSONValue, _ path: String) -> [String] {
        var faults: [String] = []
        let keys = Set(members.map(\.key))
        if keys.count < members.count { faults.append("\(path): a key stands twice") }
        for name in (schema["required"]?.elements ?? []).compactMap(\.string) where !keys.contains(name) {
            faults.append("\(path): \(name) is missing")
        }
        if members.count < schema["minProperties"]?.int ?? 0 { faults.append("\(path): too few properties") }
        if members.count > schema["maxProperties"]?.int ?? .max { faults.append("\(path): too many properties") }
        for dependent in schema["dependentRequired"]?.members ?? [] where keys.contains(dependent.key) {
            for name in (dependent.value.elements ?? []).compactMap(\.string) where !keys.contains(name) {
                faults.append("\(path): \(name) is missing beside \(dependent.key)")
            }
        }
        for member in members {
            let inside = "\(path).\(member.key)"
            var isKnown = false
            if let property = schema["properties"]?[member.key] {
                isKnown = true
                faults += check(member.value, property, inside)
            }
            for pattern in schema["patternProperties"]?.members ?? [] where matches(member.key, pattern.key) {
                isKnown = true
                faults += check(member.value, pattern.value, inside)
            }
            if !isKnown, let rest = schema["additionalProperties"] { faults += check(member.value, rest, inside) }
            if let names = schema["propertyNames"] { faults += check(.string(member.key), names, inside) }
        }
        return faults
    }

    private func checkArray(_ values: [JSONValue], _ schema: JSONValue, _ path: String) -> [String] {
        var faults: [String] = []
        if values.count < schema["minItems"]?.int ?? 0 { faults.append("\(path): too few items") }
        if values.count > schema["maxItems"]?.int ?? .max { faults.append("\(path): too many items") }
        if schema["uniqueItems"]?.bool == true, Set(values).count < values.count { faults.append("\(path): equal items") }
        let prefix = schema["prefixItems"]?.elements ?? schema["items"]?.elements ?? []
        let rest = schema["items"]?.elements == nil ? schema["items"] : schema["additionalItems"]
        for (index, value) in values.enumerated() {
            if index < prefix.count {
                faults += check(value, prefix[index], "\(path)[\(index)]")
            } else if let rest {
                faults += check(value, rest, "\(path)[\(index)]")
            }
        }
        if let contained = schema["contains"], !values.contains(where: { check($0, contained, path).isEmpty }) {
            faults.append("\(path): contains nothing that it must")
        }
        return faults
    }

    private static let formats = [
        "date": #"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"#, "time": #"^\d{2}:\d{2}:\d{2}Z$"#,
        "date-time": #"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"#, "duration": #"^PT\d+M$"#, "email": #"^[^@ ]+@[^@ ]+\.[a-z]+$"#,
        "uuid": #"^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"#, "uri": #"^https?://[^ ]+$"#,
        "ipv4": #"^(\d{1,3}\.){3}\d{1,3}$"#, "ipv6": #"^[0-9a-f:]+$"#, "hostname": #"^[a-z0-9.-]+$"#,
    ]

    private func checkString(_ text: String, _ schema: JSONValue, _ path: String) -> [String] {
        var faults: [String] = []
        let length = text.unicodeScalars.count
        if length < schema["minLength"]?.int ?? 0 { faults.append("\(path): too short: \(text)") }
        if length > schema["maxLength"]?.int ?? .max { faults.append("\(path): too long: \(text)") }
        for pattern in [schema["pattern"]?.string, schema["format"]?.string.flatMap { Self.formats[$0] }] {
            if let pattern, !matches(text, pattern) { faults.append("\(path): '\(text)' does not match \(pattern)") }
        }
        return faults
    }

    private func matches(_ text: String, _ pattern: String) -> Bool {
        guard let expression = try? Regex(pattern) else { return false }
        return (try? expression.firstMatch(in: text)) != nil
    }

    private func checkNumber(_ value: JSONValue, _ schema: JSONValue, _ path: String) -> [String] {
        guard let number = value.double else { return ["\(path): not finite"] }
        var faults: [String] = []
        func demand(_ holds: Bool?, _ keyword: String) {
            if holds == false { faults.append("\(path): \(keyword) fails for \(value.text)") }
        }
        demand(schema["minimum"]?.double.map { number >= $0 }, "minimum")
        demand(schema["maximum"]?.double.map { number <= $0 }, "maximum")
        demand(schema["exclusiveMinimum"]?.double.map { number > $0 }, "exclusiveMinimum")
        demand(schema["exclusiveMaximum"]?.double.map { number < $0 }, "exclusiveMaximum")
        demand(
            schema["multipleOf"]?.double.map { step in
                let count = number / step
                return abs(count - count.rounded()) < 1e-6
            }, "multipleOf")
        return faults
    }
}
