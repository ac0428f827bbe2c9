import Inference
import Testing
import Units
import Wire

@testable import Engines

@Suite struct SandboxSchemaTests {
    let bench = SandboxBench(cap: 16_384)

    /// Schemas as people send them, and some nobody should.
    static let schemas = ##"""
        {"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"}},"required":["name","age"],
          "additionalProperties":false}

        {"type":"object","properties":{"steps":{"type":"array","items":{"$ref":"#/$defs/step"}},
          "final_answer":{"type":"string"}},"required":["steps","final_answer"],"additionalProperties":false,
          "$defs":{"step":{"type":"object","properties":{"explanation":{"type":"string"},"output":{"type":"string"}},
          "required":["explanation","output"],"additionalProperties":false}}}

        {"type":"object","properties":{"linked_list":{"$ref":"#/$defs/node"}},"required":["linked_list"],
          "additionalProperties":false,"$defs":{"node":{"type":"object","properties":{"value":{"type":"number"},
          "next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["value","next"],
          "additionalProperties":false}}}

        {"type":"object","properties":{"type":{"type":"string","enum":["div","button","header"]},
          "label":{"type":"string"},"children":{"type":"array","items":{"$ref":"#"}},"attributes":{"type":"array",
          "items":{"type":"object","properties":{"name":{"type":"string"},"value":{"type":"string"}},"required":["name",
          "value"],"additionalProperties":false}}},"required":["type","label","children","attributes"],
          "additionalProperties":false}

        {"type":"object","properties":{"a":{"$ref":"#/definitions/b"}},"required":["a"],
          "definitions":{"b":{"$ref":"#/definitions/c"},"c":{"type":"boolean"}}}

        {"type":"object","properties":{"a":{"$ref":"#/$defs/My%20Type~1x","description":"beside"}},"required":["a"],
          "$defs":{"My Type/x":{"const":5}}}

        {"type":"array","items":{"type":"integer","minimum":1,"maximum":6},"minItems":5,"maxItems":5}

        {"type":"array","items":{"type":"integer","minimum":1,"maximum":6},"minItems":6,"uniqueItems":true}

        {"type":"array","items":{"enum":["red","green","blue"]},"minItems":2,"uniqueItems":true,"maxItems":3}

        {"type":"array","prefixItems":[{"type":"string"},{"type":"number"}],"items":false,"minItems":2}

        {"type":"array","items":[{"type":"string"},{"type":"boolean"}],"additionalItems":{"type":"null"},"minItems":4}

        {"type":"array","items":{"type":"integer"},"contains":{"const":7}}

        {"type":"array","maxItems":0}

        {"type":"string"}

        {"type":"string","minLength":50,"maxLength":60}

        {"type":"string","maxLength":3}

        {"type":"string","maxLength":0}

        {"type":"string","format":"date-time"}

        {"type":"string","format":"date"}

        {"type":"string","format":"time"}

        {"type":"string","format":"uuid"}

        {"type":"string","format":"email"}

        {"type":"string","format":"uri"}

        {"type":"string","format":"ipv4"}

        {"type":"string","format":"ipv6"}

        {"type":"string","format":"hostname"}

        {"type":"string","format":"duration"}

        {"type":"string","pattern":"^[A-Z]{2}-\\d{4}$"}

        {"type":"string","pattern":"^\\+?[1-9]\\d{1,14}$"}

        {"type":"string","pattern":"^(red|green|blue)-(\\w+)$","minLength":20,"maxLength":40}

        {"type":"string","pattern":"^[^@\\s]+@[^@\\s]+\\.(com|org)$"}

        {"type":"string","pattern":"^#[0-9a-fA-F]{6}$"}

        {"type":"string","pattern":"^(?:[01]\\d|2[0-3]):[0-5]\\d$"}

        {"type":"string","pattern":"x{3,}y*z?"}

        {"type":"integer"}

        {"type":"integer","minimum":-5,"maximum":-5}

        {"type":"integer","exclusiveMinimum":3,"exclusiveMaximum":5}

        {"type":"integer","multipleOf":7,"minimum":100,"maximum":110}

        {"type":"integer","multipleOf":2.5,"minimum":1}

        {"type":"integer","minimum":9000000000000000}

        {"type":"integer","maximum":-1000}

        {"type":"number","minimum":0,"maximum":1}

        {"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1}

        {"type":"number","minimum":0.1,"maximum":0.2}

        {"type":"number","multipleOf":0.01,"minimum":0.05,"maximum":0.07}

        {"type":"number","multipleOf":0.1}

        {"type":"number","minimum":1e-9,"maximum":2e-9}

        {"type":"number","minimum":-90,"maximum":90}

        {"type":"number","multipleOf":1e2,"minimum":150}

        {"type":"number","exclusiveMinimum":1e300}

        {"type":"boolean"}

        {"type":"null"}

        {"type":["string","null"]}

        {"type":["integer","boolean"]}

        {"const":{"a":[1,null]}}

        {"enum":[1,"two",null,{"three":3}]}

        {"type":"string","enum":["a",1,"b"]}

        true

        {}

        {"anyOf":[{"type":"string","minLength":5},{"type":"integer","maximum":3}]}

        {"oneOf":[{"type":"object","properties":{"kind":{"const":"cat"},"lives":{"type":"integer"}},"required":["kind",
          "lives"]},{"type":"object","properties":{"kind":{"const":"dog"},"breed":{"type":"string"}},"required":["kind",
          "breed"]}]}

        {"type":"object","properties":{"x":{"type":"integer"}},"required":["x"],"anyOf":[{"required":["y"],
          "properties":{"y":{"type":"string"}}},{"required":["z"],"properties":{"z":{"type":"boolean"}}}]}

        {"allOf":[{"type":"object","properties":{"a":{"type":"integer","minimum":3}},"required":["a"]},
          {"properties":{"a":{"maximum":4},"b":{"type":"string"}},"required":["b"]}]}

        {"allOf":[{"type":["number","string"]},{"type":"integer"},{"minimum":5},{"minimum":7,"maximum":9}]}

        {"allOf":[{"enum":["a","b","c"]},{"enum":["b","c","d"]}]}

        {"type":"object","additionalProperties":{"type":"integer"}}

        {"type":"object","additionalProperties":{"type":"integer"},"minProperties":3,"maxProperties":3}

        {"type":"object","patternProperties":{"^x-[a-z]{3}$":{"type":"boolean"}},"additionalProperties":false,
          "minProperties":2}

        {"type":"object","propertyNames":{"pattern":"^[a-z]{4}$"},"minProperties":2}

        {"type":"object","required":["loose"]}

        {"required":["loose"],"additionalProperties":{"type":"number"}}

        {"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"},"c":{"type":"string"}},
          "maxProperties":1,"required":["b"]}

        {"type":"object","properties":{"card":{"type":"string"}},"required":["card"],
          "dependentRequired":{"card":["address"],"address":["zip"]}}

        {"type":"object","properties":{"deep":{"type":"object","properties":{"deep":{"type":"object",
          "properties":{"deep":{"type":"object","properties":{"deep":{"type":"object",
          "properties":{"deep":{"type":"object","properties":{"list":{"type":"array","items":{"type":"string"},
          "minItems":2}},"required":["list"]}},"required":["deep"]}},"required":["deep"]}},"required":["deep"]}},
          "required":["deep"]}},"required":["deep"]}

        {"type":"array","minItems":1,"items":{"anyOf":[{"$ref":"#"},{"type":"integer"}]}}
        """##.split(separator: "\n\n").map(String.init)

    static let sentences = [
        "Alice and Bob meet on 2025-03-04 at 5 in San Francisco, CA", "how many? 3.5, 42, -7 or 1,000", "北京天气",
        "mail me at a@b.example about \"cats\"", "",
    ]

    @Test(arguments: schemas)
    func `a document satisfies its schema, whatever the sentence and seed`(schema: String) throws {
        let root = try JSONValue(parsing: schema)
        let check = SchemaCheck(root: root)
        for sentence in Self.sentences {
            for seed in 0..<12 {
                for isLavish in [true, false] {
                    var document = SandboxDocument(
                        root: root, isLavish: isLavish, hints: SandboxHints(reading: sentence), answer: "yes",
                        dice: SandboxDice(seed: UInt64(seed)))
                    let value = try document.write()
                    // As a client reads it: through the text.
                    let faults = check.faults(in: try JSONValue(parsing: value.text))
                    #expect(faults.isEmpty, "seed \(seed): \(value.text)")
                }
            }
        }
    }

    @Test(arguments: 0..<150)
    func `random schemas are satisfied`(seed: Int) throws {
        var composer = SchemaComposer(dice: SandboxDice(seed: UInt64(seed)))
        let schema = composer.schema(depth: 3)
        var document = SandboxDocument(
            root: schema, isLavish: seed % 2 == 0, hints: SandboxHints(reading: Self.sentences[seed % 5]), answer: "yes",
            dice: SandboxDice(seed: UInt64(seed)))
        let value = try document.write()
        #expect(SchemaCheck(root: schema).faults(in: value).isEmpty, "\(schema.text) gave \(value.text)")
    }

    @Test func `the check itself finds faults`() throws {
        for (schema, value) in [
            (#"{"type":"integer"}"#, "1.5"), (#"{"required":["a"]}"#, "{}"), (#"{"pattern":"^a$"}"#, #""b""#),
            (#"{"oneOf":[{"type":"integer"},{"minimum":0}]}"#, "3"), (#"{"multipleOf":0.01}"#, "0.015"),
            (#"{"items":false}"#, "[1]"), (#"{"format":"uuid"}"#, #""x""#), (#"{"uniqueItems":true}"#, "[1,1]"),
            (##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}"##, "3"),
            (##"{"additionalProperties":false}"##, ##"{"a":1}"##),
        ] {
            let check = SchemaCheck(root: try JSONValue(parsing: schema))
            #expect(!check.faults(in: try JSONValue(parsing: value)).isEmpty, "\(schema)")
        }
    }

    private func format(_ schema: String) -> String {
        #""response_format":{"type":"json_schema","json_schema":{"name":"x","strict":true,"schema":\#(schema)}}"#
    }

    @Test func `json_schema answers are documents, streamed or whole`() throws {
        let schema = Self.schemas[1]
        for stream in ["true", "false"] {
            let performance = try bench.hear("What is 2 + 3?", format(schema) + #","n":3,"stream":\#(stream)"#)
            for text in performance.texts {
                #expect(SchemaCheck(root: try JSONValue(parsing: schema)).faults(in: try JSONValue(parsing: text)).isEmpty)
                #expect(try JSONValue(parsing: text)["final_answer"] == "2 + 3 = 5.")
            }
            #expect(performance.finishes == ["stop", "stop", "stop"])
        }
    }

    @Test func `a cap cuts a document`() throws {
        let performance = try bench.hear("Alice is 30", format(Self.schemas[0]) + #","max_completion_tokens":4"#)
        #expect(performance.finishes == ["length"])
        #expect(throws: JSONFault.self) { try JSONValue(parsing: performance.texts[0]) }
        #expect(performance.end?.usage?.completionTokens == 4)
    }

    @Test func `json_object answers are objects`() throws {
        let text = try bench.answer("hello \"you\"", #""response_format":{"type":"json_object"}"#)
        #expect(try JSONValue(parsing: text).kind == .object)
    }

    @Test func `what a sentence offers goes into the document`() throws {
        let schema = """
            {"type":"object","properties":{"name":{"type":"string"},"date":{"type":"string","format":"date"},
            "participants":{"type":"array","items":{"type":"string"}}},"required":["name","date","participants"]}
            """
        let text = try bench.answer("Lunch with Alice and Bob on 2025-03-04", format(schema))
        let value = try JSONValue(parsing: text)
        #expect(value["date"] == "2025-03-04")
        #expect(text.contains("Alice") && text.contains("Bob"))
    }

    static let impossible = ##"""
        false

        {"enum":[]}

        {"type":"integer","minimum":5,"maximum":4}

        {"type":"string","minLength":5,"maxLength":4}

        {"$ref":"#"}

        {"$ref":"#/nowhere"}

        {"$ref":"https://example.com/x"}

        {"type":"string","pattern":"(?=x)y"}

        {"type":"array","minItems":2,"maxItems":1}

        {"type":"array","minItems":1000000}

        {"type":"string","minLength":1000000}

        {"type":"array","items":{"enum":["a"]},"minItems":2,"uniqueItems":true}

        {"allOf":[{"enum":["a"]},{"enum":["b"]}]}

        {"type":"object","properties":{"a":{"$ref":"#"}},"required":["a"]}

        {"type":"string","pattern":"(a{1000}){1000}"}

        {"type":"object","required":["a"],"additionalProperties":false}

        {"type":"string","pattern":"["}

        {"type":"array","minItems":4000,"items":{"type":"string","minLength":15000}}

        {"type":"number","multipleOf":1e-300}

        {"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/a"}],"$defs":{"a":{"type":"array","minItems":2,
          "items":{"$ref":"#"}}}}

        {"type":"object","minProperties":9223372036854775807}

        {"type":"string","minLength":-5,"maxLength":-3,"pattern":"a"}

        {"type":"integer","minimum":1e30}
        """##.split(separator: "\n\n").map(String.init)

    @Test(arguments: impossible)
    func `what cannot be written is refused, with the reason`(schema: String) throws {
        let refusal = try #require(try bench.hear("hello", format(schema)).refusal)
        #expect(refusal.status == 400 && refusal.param == "response_format" && refusal.code == "invalid_json_schema")
    }

    @Test func `a tool's schema that cannot be satisfied is refused by the tool's name`() throws {
        let schema = #"{"type":"object","properties":{"a":false},"required":["a"]}"#
        let tool = #"{"type":"function","function":{"name":"odd","parameters":\#(schema)}}"#
        let refusal = try #require(try bench.hear("hello", #""tools":[\#(tool)],"tool_choice":"required""#).refusal)
        #expect(refusal.param == "tools" && refusal.message.contains("odd"))
    }

    @Test func `strict tools get every property, others what the sentence speaks of`() throws {
        func arguments(strict: Bool, _ sentence: String) throws -> JSONValue {
            let schema = #"{"type":"object","properties":{"q":{"type":"string"},"limit":{"type":"integer"}},"required":["q"]}"#
            let tool = #"{"type":"function","function":{"name":"find","strict":\#(strict),"parameters":\#(schema)}}"#
            let performance = try bench.hear(sentence, #""tools":[\#(tool)],"tool_choice":"required""#)
            return try JSONValue(parsing: performance.calls()[0].arguments)
        }
        #expect(try arguments(strict: true, "cats").members?.map(\.key) == ["q", "limit"])
        #expect(try arguments(strict: false, "cats").members?.map(\.key) == ["q"])
        #expect(try arguments(strict: false, "cats, limit 5") == ["q": "cats, limit 5", "limit": 5])
    }
}

/// Makes schemas that can be satisfied.
private struct SchemaComposer {
    var dice: SandboxDice

    mutating func schema(depth: Int) -> JSONValue {
        switch dice.below(depth > 0 ? 9 : 6) {
        case 0: return ["type": "boolean"]
        case 1: return ["enum": [1, "two", .null]]
        case 2:
            let low = dice.below(2000) - 1000
            return ["type": "integer", "minimum": .integer(low), "maximum": .integer(low + dice.below(5))]
        case 3:
            let low = dice.below(100)
            return ["type": "number", "exclusiveMinimum": .integer(low), "maximum": .integer(low + 1)]
        case 4:
            let least = dice.below(30)
            return ["type": "string", "minLength": .integer(least), "maxLength": .integer(least + dice.below(10))]
        case 5:
            let patterns = ["^[a-f0-9]{8}$", "^v\\d+\\.\\d+$", "^(on|off)$", "^[^a-z]{3}$", "^\\w+@\\w+$"]
            return ["type": "string", "pattern": .string(dice.pick(from: patterns))]
        case 6:
            let least = dice.below(3)
            let items = schema(depth: depth - 1)
            return ["type": "array", "items": items, "minItems": .integer(least), "maxItems": .integer(least + 2)]
        case 7: return ["anyOf": [schema(depth: depth - 1), schema(depth: depth - 1), ["type": "null"]]]
        default:
            var properties: [JSONMember] = []
            var required: [JSONValue] = []
            for number in 0..<(1 + dice.below(4)) {
                properties.append(JSONMember(key: "p\(number)", value: schema(depth: depth - 1)))
                if dice.below(2) == 0 { required.append(.string("p\(number)")) }
            }
            return [
                "type": "object", "properties": .object(properties), "required": .array(required),
                "additionalProperties": .bool(dice.below(2) == 0),
            ]
        }
    }
}
