import Wire

/// Writes documents that satisfy a JSON schema, out of a sentence and some dice.
///
/// It knows types, `const`, `enum`, objects (`properties`, `required`, `additionalProperties`, `patternProperties`,
/// `propertyNames`, `minProperties`, `maxProperties`, `dependentRequired`), arrays (`items`, `prefixItems`, `contains`,
/// `minItems`, `maxItems`, `uniqueItems`), strings (`format`, `pattern`, `minLength`, `maxLength`), numbers (bounds,
/// `multipleOf`), `$ref`, `allOf`, `anyOf`, `oneOf`. It does not look at `not`, `if`, `dependentSchemas`, `unevaluated…`.
/// What it finds impossible it objects to.
struct SandboxDocument {
    private let root: JSONValue
    /// False: of what a schema does not require, only what the sentence speaks of is written.
    let isLavish: Bool
    var hints: SandboxHints
    var dice: SandboxDice
    /// What a property called `answer` should say.
    let answer: String
    private var nodes = 0
    private var bytes = 0

    init(root: JSONValue, isLavish: Bool, hints: SandboxHints, answer: String, dice: SandboxDice) {
        self.root = root
        self.isLavish = isLavish
        self.hints = hints
        self.answer = answer
        self.dice = dice
    }

    mutating func write() throws(SandboxObjection) -> JSONValue { try value(for: root, at: Place()) }

    /// Where a value goes.
    struct Place {
        /// The names of the properties it is under, the innermost last.
        var path: [String] = []
        var depth = 0
        var name: String { path.last ?? "" }

        func inside(_ name: String?) -> Place { Place(path: name.map { path + [$0] } ?? path, depth: depth + 1) }
        var sentence: String { path.isEmpty ? "the document" : "'\(path.joined(separator: "."))'" }
    }

    // MARK: any value

    mutating func value(for schema: JSONValue, at place: Place) throws(SandboxObjection) -> JSONValue {
        try value(for: try SandboxSchema(schema, in: root), at: place)
    }

    private mutating func value(for schema: SandboxSchema, at place: Place) throws(SandboxObjection) -> JSONValue {
        nodes += 1
        bytes += place.name.utf8.count
        guard nodes <= SandboxLimits.documentNodesMax, place.depth <= SandboxLimits.documentDepthMax else {
            throw tooLarge(place)
        }
        if let constant = schema["const"] { return try spending(constant, at: place) }
        if let options = schema["enum"]?.elements {
            return try spending(try option(of: options, schema, at: place), at: place)
        }
        for keyword in ["anyOf", "oneOf"] {
            if let branches = schema[keyword]?.elements { return try value(of: branches, keyword, schema, at: place) }
        }
        switch try type(of: schema, at: place) {
        case "object": return try object(for: schema, at: place)
        case "array": return try array(for: schema, at: place)
        case "string": return try spending(.string(try string(for: schema, at: place)), at: place)
        case "integer": return try number(for: schema, isWhole: true, at: place)
        case "number": return try number(for: schema, isWhole: false, at: place)
        case "boolean": return .bool(hints.words.contains("not") || hints.words.contains("no") ? false : dice.below(3) > 0)
        default: return .null
        }
    }

    /// Counts what a value adds to the document.
    private mutating func spending(_ value: JSONValue, at place: Place) throws(SandboxObjection) -> JSONValue {
        bytes += value.roughBytes
        guard bytes <= SandboxLimits.documentBytesMax else { throw tooLarge(place) }
        return value
    }

    private func tooLarge(_ place: Place) -> SandboxObjection {
        SandboxObjection("The schema asks for a document too large or too deep for the sandbox at \(place.sentence).")
    }

    /// True when only what is demanded should be written.
    func isLean(at place: Place) -> Bool {
        place.depth >= SandboxLimits.documentDepthLush || nodes > SandboxLimits.documentNodesLush
    }

    private mutating func option(
        of options: [JSONValue], _ schema: SandboxSchema, at place: Place
    ) throws(SandboxObjection) -> JSONValue {
        let types = schema["type"].map { $0.elements ?? [$0] }?.compactMap(\.string)
        let fitting = options.filter { option in types?.contains { option.isOf(type: $0) } ?? true }
        guard !fitting.isEmpty else { throw SandboxObjection("The schema allows no value for \(place.sentence).") }
        nodes += fitting.count / SandboxLimits.optionsSoughtMax
        let sought = fitting.prefix(SandboxLimits.optionsSoughtMax)
        if let mentioned = sought.first(where: { $0.string.map(hints.mentions) ?? false }) { return mentioned }
        let plain = fitting.filter { !$0.isNull }
        return dice.pick(from: plain.isEmpty ? fitting : plain)
    }

    /// Tries the branches, a likely one first, until one leads to a value.
    private mutating func value(
        of branches: [JSONValue], _ keyword: String, _ schema: SandboxSchema, at place: Place
    ) throws(SandboxObjection) -> JSONValue {
        var order = Array(branches.indices)
        if isLean(at: place) {
            order.sort { SandboxDocument.weight(of: branches[$0]) < SandboxDocument.weight(of: branches[$1]) }
        } else {
            let plain = order.filter { branches[$0]["type"] != "null" }
            if !plain.isEmpty { order = [dice.pick(from: plain)] + order }
        }
        var lastObjection = SandboxObjection("The schema allows no value for \(place.sentence).")
        for index in order {
            do throws(SandboxObjection) {
                return try value(for: try schema.taking(branches[index], of: keyword, in: root), at: place)
            } catch {
                lastObjection = error
            }
        }
        throw lastObjection
    }

    /// How much a branch is likely to lead to: null, a scalar, an array, an object, a reference.
    private static func weight(of branch: JSONValue) -> Int {
        if branch["$ref"] != nil { return 4 }
        switch branch["type"]?.string {
        case "null": return 0
        case "array": return 2
        case "object", nil: return branch["const"] == nil && branch["enum"] == nil ? 3 : 1
        default: return 1
        }
    }

    private mutating func type(of schema: SandboxSchema, at place: Place) throws(SandboxObjection) -> String {
        guard let declared = schema["type"] else { return SandboxDocument.impliedType(of: schema) }
        let types = (declared.elements ?? [declared]).compactMap(\.string)
        let plain = types.filter { $0 != "null" }
        guard let first = types.first else { throw SandboxObjection("The schema allows no type for \(place.sentence).") }
        if isLean(at: place), types.contains("null") { return "null" }
        return plain.isEmpty ? first : dice.pick(from: plain)
    }

    private static func impliedType(of schema: SandboxSchema) -> String {
        let signs: [(String, [String])] = [
            ("object", ["properties", "required", "additionalProperties", "patternProperties", "minProperties"]),
            ("array", ["items", "prefixItems", "minItems", "contains"]),
            ("number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]),
        ]
        return signs.first { $0.1.contains { schema[$0] != nil } }?.0 ?? "string"
    }
}

extension JSONValue {
    /// About the bytes of its text.
    fileprivate var roughBytes: Int {
        switch self {
        case .string(let text): text.utf8.count + 2
        case .array(let values): values.reduce(2) { $0 + $1.roughBytes }
        case .object(let members): members.reduce(2) { $0 + $1.key.utf8.count + $1.value.roughBytes }
        default: 4
        }
    }

    /// True when this value is of a type as JSON schema names it; `5.0` is an integer there.
    func isOf(type: String) -> Bool {
        switch type {
        case "object": kind == .object
        case "array": kind == .array
        case "string": kind == .string
        case "boolean": kind == .bool
        case "null": isNull
        case "number": kind == .number
        case "integer": double.map { $0.rounded() == $0 } ?? false
        default: false
        }
    }
}
