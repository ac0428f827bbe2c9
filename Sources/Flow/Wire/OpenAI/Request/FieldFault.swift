/// A fault on its way out of a document: it learns where it happened as it passes the objects and arrays around it.
struct FieldFault: Error {
    private(set) var kind: RequestFault.Kind = .invalid
    /// From the object being read; nil when the fault names no field.
    private(set) var path: String?
    private(set) var code: String?
    /// The message, given the whole path.
    private let phrase: @Sendable (String) -> String

    init(at path: String = "", code: String?, _ phrase: @escaping @Sendable (String) -> String) {
        self.path = path
        self.code = code
        self.phrase = phrase
    }

    init(_ fault: JSONFault) {
        if case .duplicateKey(let key) = fault.kind {
            self.init(at: key, code: "duplicate_key") { _ in
                "Duplicate key '\(key)' at byte \(fault.offset): a key may stand only once in an object."
            }
        } else {
            self.init(code: nil) { _ in "We could not parse the JSON body of your request: \(fault)." }
            kind = .malformed
            path = nil
        }
    }

    /// A fault of the request as a whole.
    init(_ fault: RequestFault) {
        self.init(code: fault.code) { _ in fault.message }
        kind = fault.kind
        path = nil
    }

    /// The same fault, seen from the object or array that has it under `name`.
    func under(_ name: String) -> FieldFault {
        guard let inner = path else { return self }
        var outer = self
        outer.path = inner.isEmpty || inner.hasPrefix("[") ? name + inner : "\(name).\(inner)"
        return outer
    }

    func under(_ index: Int) -> FieldFault { under("[\(index)]") }

    /// The same fault without the innermost name: for what happened deeper than names are kept.
    var withoutName: FieldFault {
        guard path != nil else { return self }
        var fault = self
        fault.path = ""
        return fault
    }

    var request: RequestFault {
        RequestFault(kind, message: phrase(path ?? ""), param: path.flatMap { $0.isEmpty ? nil : $0 }, code: code)
    }
}

/// The faults by name, in OpenAI's words and with its codes.
extension FieldFault {
    static func type(expected: String, got: String) -> FieldFault {
        FieldFault(code: "invalid_type") {
            $0.isEmpty
                ? "Invalid type for the request body: expected \(expected), but got \(got) instead."
                : "Invalid type for '\($0)': expected \(expected), but got \(got) instead."
        }
    }

    static func missing(_ name: String) -> FieldFault {
        FieldFault(at: name, code: "missing_required_parameter") { "Missing required parameter: '\($0)'." }
    }

    /// - Parameter got: the value, cut short by the caller.
    static func value(_ got: String, supported: [String], at path: String = "") -> FieldFault {
        FieldFault(at: path, code: "invalid_value") {
            "Invalid value for '\($0)': '\(got)'. Supported values are: \(FieldFault.list(supported))."
        }
    }

    static func unknown(_ name: String) -> FieldFault {
        FieldFault(at: name, code: "unknown_parameter") { "Unknown parameter: '\($0)'." }
    }

    /// - Parameter reason: a sentence that says what to do instead.
    static func unsupported(_ reason: String, at path: String = "") -> FieldFault {
        FieldFault(at: path, code: "unsupported_parameter") { "Unsupported parameter: '\($0)'. \(reason)" }
    }

    static func range(_ noun: String, above: Bool, limit: String, got: String) -> FieldFault {
        FieldFault(code: "\(noun)_\(above ? "above_max" : "below_min")_value") {
            "Invalid '\($0)': \(noun) \(above ? "above maximum" : "below minimum") value. "
                + "Expected a value \(above ? "<=" : ">=") \(limit), but got \(got) instead."
        }
    }

    static var emptyArray: FieldFault {
        FieldFault(code: "empty_array") {
            "Invalid '\($0)': empty array. Expected an array with minimum length 1, but got an empty array instead."
        }
    }

    static func arrayTooLong(max: Int) -> FieldFault {
        FieldFault(code: "array_above_max_length") {
            "Invalid '\($0)': array too long. Expected an array with maximum length \(max), but got a longer one instead."
        }
    }

    static func objectTooLarge(max: Int) -> FieldFault {
        FieldFault(code: "object_above_max_properties") {
            "Invalid '\($0)': too many properties. Expected an object with at most \(max) properties, but got more instead."
        }
    }

    static var emptyString: FieldFault {
        FieldFault(code: "empty_string") {
            "Invalid '\($0)': empty string. Expected a string with minimum length 1, but got an empty string instead."
        }
    }

    static func stringTooLong(max: Int, got: Int) -> FieldFault {
        FieldFault(code: "string_above_max_length") {
            "Invalid '\($0)': string too long. Expected a string with maximum length \(max), "
                + "but got a string with length \(got) instead."
        }
    }

    static func pattern(_ pattern: String) -> FieldFault {
        FieldFault(code: "invalid_value") {
            "Invalid '\($0)': string does not match pattern. Expected a string that matches the pattern '\(pattern)'."
        }
    }

    /// Members that do not go together, or messages that do not follow one another.
    static func rule(_ sentence: String, at path: String, code: String? = nil) -> FieldFault {
        FieldFault(at: path, code: code) { _ in sentence }
    }

    private static func list(_ values: [String]) -> String {
        let quoted = values.map { "'\($0)'" }
        switch quoted.count {
        case 0, 1: return quoted.joined()
        case 2: return quoted.joined(separator: " and ")
        default: return quoted.dropLast().joined(separator: ", ") + ", and " + (quoted.last ?? "")
        }
    }
}
