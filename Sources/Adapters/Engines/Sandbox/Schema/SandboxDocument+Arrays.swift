import Wire

extension SandboxDocument {
    mutating func array(for schema: SandboxSchema, at place: Place) throws(SandboxObjection) -> JSONValue {
        let prefix = schema["prefixItems"]?.elements ?? schema["items"]?.elements ?? []
        let rest = (schema["items"]?.elements == nil ? schema["items"] : schema["additionalItems"]) ?? true
        let isUnique = schema["uniqueItems"]?.bool ?? false
        let least = max(schema.count("minItems") ?? 0, schema["contains"] == nil ? 0 : 1)
        let most = min(schema.count("maxItems") ?? .max, rest == false ? prefix.count : .max)
        guard least <= most else { throw SandboxObjection("The schema allows no length for the array \(place.sentence).") }
        let lush = max(1 + dice.below(3), min(hints.names.count, 5))
        let natural = isLean(at: place) ? prefix.count : max(prefix.count, lush)
        var values: [JSONValue] = []
        var tries = 0
        while values.count < min(max(natural, least), most) {
            let index = values.count
            var item = index < prefix.count ? prefix[index] : rest
            if index == 0, let contained = schema["contains"] { item = ["allOf": [item, contained]] }
            let value = try value(for: item, at: place.inside(nil))
            tries += 1
            if isUnique, values.contains(value) {
                guard tries < 20 + 4 * index else {
                    // What is not demanded need not be found.
                    if index >= least { break }
                    throw SandboxObjection("The sandbox finds too few different items for \(place.sentence).")
                }
                continue
            }
            values.append(value)
        }
        return .array(values)
    }
}
