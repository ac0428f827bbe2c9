import Wire

/// A JSON schema with its references followed and its parts (`allOf`) made one.
struct SandboxSchema {
    /// The keywords that hold, in the order of the document.
    private(set) var keywords: [JSONMember]

    subscript(_ keyword: String) -> JSONValue? { keywords.first { $0.key == keyword }?.value }

    /// A keyword that counts: items, properties, characters. What is beyond any document is cut to a thousand million.
    func count(_ keyword: String) -> Int? {
        self[keyword]?.double.map { Int(max(0, min(1e9, $0.rounded(.up)))) }
    }

    /// - Parameter root: the whole document, where `#/$defs/…` is looked up.
    init(_ schema: JSONValue, in root: JSONValue) throws(SandboxObjection) {
        self.init(keywords: [])
        var parts = 0
        try add(schema, root: root, parts: &parts)
    }

    private init(keywords: [JSONMember]) { self.keywords = keywords }

    /// This schema and a branch of its `anyOf` or `oneOf`, both of which must hold.
    func taking(_ branch: JSONValue, of keyword: String, in root: JSONValue) throws(SandboxObjection) -> SandboxSchema {
        var taken = self
        taken.keywords.removeAll { $0.key == keyword }
        var parts = 0
        try taken.add(branch, root: root, parts: &parts)
        return taken
    }

    private mutating func add(_ schema: JSONValue, root: JSONValue, parts: inout Int) throws(SandboxObjection) {
        parts += 1
        guard parts <= SandboxLimits.schemaPartsMax else {
            throw SandboxObjection(
                "The schema refers to itself without end, or has more than \(SandboxLimits.schemaPartsMax) parts in one place.")
        }
        switch schema {
        case .bool(true): return
        case .object(let members):
            for member in members where SandboxSchema.heeded.contains(member.key) { merge(member) }
            for part in schema["allOf"]?.elements ?? [] { try add(part, root: root, parts: &parts) }
            guard let reference = schema["$ref"]?.string else { return }
            try add(try SandboxSchema.target(of: reference, in: root), root: root, parts: &parts)
        default: throw SandboxObjection("The schema allows no value at all where it says \(schema.text.prefix(80)).")
        }
    }

    /// The keywords that are looked at, apart from `$ref` and `allOf`.
    private static let heeded: Set<String> = [
        "type", "const", "enum", "anyOf", "oneOf", "properties", "required", "additionalProperties", "patternProperties",
        "propertyNames", "minProperties", "maxProperties", "dependentRequired", "dependencies", "items", "prefixItems",
        "additionalItems", "contains", "minItems", "maxItems", "uniqueItems", "format", "pattern", "minLength", "maxLength",
        "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    ]

    // MARK: both must hold

    private mutating func merge(_ member: JSONMember) {
        guard let index = keywords.firstIndex(where: { $0.key == member.key }) else {
            keywords.append(member)
            return
        }
        keywords[index].value = SandboxSchema.both(member.key, keywords[index].value, member.value)
    }

    private static func both(_ keyword: String, _ one: JSONValue, _ other: JSONValue) -> JSONValue {
        switch keyword {
        case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties":
            return (one.double ?? -.infinity) >= (other.double ?? -.infinity) ? one : other
        case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties":
            return (one.double ?? .infinity) <= (other.double ?? .infinity) ? one : other
        case "required":
            let names = one.elements ?? []
            let known = Set(names)
            return .array(names + (other.elements ?? []).filter { !known.contains($0) })
        case "enum":
            let options = Set(other.elements ?? [])
            return .array((one.elements ?? []).filter { options.contains($0) })
        case "type":
            let types = other.elements ?? [other]
            let shared = (one.elements ?? [one]).filter { $0 == "integer" && types.contains("number") || types.contains($0) }
            let narrowed = (one.elements ?? [one]).contains("number") && types.contains("integer") ? ["integer"] : shared
            return .array(shared.isEmpty ? narrowed : shared)
        case "properties", "patternProperties":
            var members = one.members ?? []
            let places = Dictionary(uniqueKeysWithValues: members.enumerated().map { ($1.key, $0) })
            for member in other.members ?? [] {
                if let index = places[member.key] {
                    members[index].value = ["allOf": [members[index].value, member.value]]
                } else {
                    members.append(member)
                }
            }
            return .object(members)
        case "items", "additionalProperties":
            return one.kind == .object && other.kind == .object ? ["allOf": [one, other]] : one == true ? other : one
        default: return one
        }
    }

    // MARK: references

    private static func target(of reference: String, in root: JSONValue) throws(SandboxObjection) -> JSONValue {
        var value = root
        let steps = reference.split(separator: "/", omittingEmptySubsequences: false)
        guard steps.first == "#" else { throw SandboxObjection("The schema's reference '\(reference)' leads outside of it.") }
        for step in steps.dropFirst() {
            let key = step.percentDecoded.replacing("~1", with: "/").replacing("~0", with: "~")
            guard let next = value[key] ?? Int(key).flatMap({ value[$0] }) else {
                throw SandboxObjection("The schema's reference '\(reference)' leads nowhere.")
            }
            value = next
        }
        return value
    }
}

extension Substring {
    fileprivate var percentDecoded: String {
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let decoded = UInt8(String(Substring(rest.prefix(2))), radix: 16) {
                bytes.append(decoded)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
