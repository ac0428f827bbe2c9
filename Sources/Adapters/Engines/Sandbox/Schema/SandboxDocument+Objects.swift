import Wire

extension SandboxDocument {
    mutating func object(for schema: SandboxSchema, at place: Place) throws(SandboxObjection) -> JSONValue {
        let properties = schema["properties"]?.members ?? []
        let required = SandboxDocument.required(of: schema)
        let isRequired = Set(required)
        let most = schema.count("maxProperties") ?? .max
        var members: [JSONMember] = []
        var spare = most - required.count
        for property in properties {
            if !isRequired.contains(property.key) {
                guard spare > 0, wants(property, at: place) else { continue }
                spare -= 1
            }
            let value = try value(for: property.value, at: place.inside(property.key))
            members.append(JSONMember(key: property.key, value: value))
        }
        let described = Set(properties.map(\.key))
        for name in required where !described.contains(name) {
            members.append(JSONMember(key: name, value: try undescribed(name, schema, at: place)))
        }
        let isMap = properties.isEmpty && schema["additionalProperties"]?.kind == .object && !isLean(at: place)
        let least = max(schema.count("minProperties") ?? 0, isMap ? min(1 + dice.below(2), most) : 0)
        try fill(&members, upTo: least, schema, at: place)
        return .object(members)
    }

    private static func required(of schema: SandboxSchema) -> [String] {
        var names = (schema["required"]?.elements ?? []).compactMap(\.string)
        var known = Set(names)
        let dependents = (schema["dependentRequired"] ?? schema["dependencies"])?.members ?? []
        guard !dependents.isEmpty else { return names }
        var next = 0
        while next < names.count {
            for dependent in dependents where dependent.key == names[next] {
                for name in (dependent.value.elements ?? []).compactMap(\.string) where known.insert(name).inserted {
                    names.append(name)
                }
            }
            next += 1
        }
        return names
    }

    private func wants(_ property: JSONMember, at place: Place) -> Bool {
        if isLean(at: place) { return false }
        if isLavish { return true }
        let options = (property.value["enum"]?.elements ?? []).prefix(SandboxLimits.optionsSoughtMax).compactMap(\.string)
        return hints.mentions(property.key) || options.contains { hints.mentions($0) }
    }

    /// The value of a required property that no `properties` describes.
    private mutating func undescribed(
        _ name: String, _ schema: SandboxSchema, at place: Place
    ) throws(SandboxObjection) -> JSONValue {
        let pattern = schema["patternProperties"]?.members?.first { SandboxPattern.begins(name, as: $0.key) }
        return try value(for: pattern?.value ?? schema["additionalProperties"] ?? true, at: place.inside(name))
    }

    /// Adds properties that are allowed but not demanded, until there are enough.
    private mutating func fill(
        _ members: inout [JSONMember], upTo least: Int, _ schema: SandboxSchema, at place: Place
    ) throws(SandboxObjection) {
        guard members.count < least else { return }
        var taken = Set(members.map(\.key))
        // Those with a description come first: they are surely allowed.
        for property in schema["properties"]?.members ?? [] where members.count < least && !taken.contains(property.key) {
            taken.insert(property.key)
            let value = try value(for: property.value, at: place.inside(property.key))
            members.append(JSONMember(key: property.key, value: value))
        }
        let patterned = schema["patternProperties"]?.members?.first
        let names: JSONValue? = patterned.map { ["pattern": .string($0.key)] } ?? schema["propertyNames"]
        var tries = 0
        while members.count < least {
            tries += 1
            guard tries < 2 * least + 50 else { throw SandboxObjection("The sandbox finds too few names for \(place.sentence).") }
            var name = "key\(members.count + 1)"
            if let names {
                name = try value(for: ["allOf": [["type": "string"], names]], at: place.inside("key")).string ?? name
            }
            guard taken.insert(name).inserted else { continue }
            let description = patterned?.value ?? schema["additionalProperties"] ?? true
            members.append(JSONMember(key: name, value: try value(for: description, at: place.inside(name))))
        }
    }
}
