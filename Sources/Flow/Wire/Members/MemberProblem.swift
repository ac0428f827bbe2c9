/// What is wrong with a member of a request, before it is put into words.
enum MemberProblem {
    case missing
    /// - Parameters:
    ///   - kind: what came, with its article.
    ///   - value: what came, as it is shown to whoever sent it.
    case type(expected: String, kind: String, value: String)
    /// A number on the wrong side of a limit.
    /// - Parameter exception: what may stand besides, as it follows the limit: `, or -1 for any`.
    case range(noun: String, low: String, high: String, exception: String, isAbove: Bool, got: String)
    /// None of the names there are.
    case choice(got: String, supported: [String])
    case blank
    /// It has U+0000 in it: many programs take that for a text's end, so an engine would read another prompt than was asked for.
    case endsEarly
    case tooLong(bytesMax: Int, got: Int)
    /// Whatever else; the reason completes a sentence that begins with the field's name.
    case other(reason: String)

    /// So many names are listed; of more only the nearest is told.
    private static let listedNamesMax = 6

    func fault(in dialect: MemberDialect) -> FieldFault {
        switch dialect {
        case .reference: referenceFault
        case .openAI: openAIFault
        }
    }

    private var code: String {
        switch self {
        case .missing: "missing_required_parameter"
        case .type: "invalid_type"
        case .range(let noun, _, _, _, let isAbove, _): "\(noun)_\(isAbove ? "above_max" : "below_min")_value"
        case .blank: "empty_string"
        case .tooLong: "string_above_max_length"
        case .choice, .endsEarly, .other: "invalid_value"
        }
    }

    /// One sentence: the field, what was expected, what came.
    private var referenceFault: FieldFault {
        let rest =
            switch self {
            case .missing: "is required"
            case .type(let expected, _, let value): "must be \(expected), got \(value)"
            case .range(_, let low, let high, let exception, _, let got):
                "must be between \(low) and \(high)\(exception), got \(got)"
            case .choice(let got, let supported):
                if let nearest = nearest(to: got, among: supported) {
                    "must be one of \(supported.count) names, got \"\(got)\": did you mean \"\(nearest)\"?"
                } else {
                    "must be one of \(supported.map { "\"\($0)\"" }.joined(separator: ", ")), got \"\(got)\""
                }
            case .blank: "must not be blank"
            case .endsEarly: "must not contain the character U+0000"
            case .tooLong(let bytesMax, let got): "must have at most \(bytesMax) bytes of UTF-8, got \(got)"
            case .other(let reason): reason
            }
        return FieldFault(code: code) { "\($0) \(rest)" }
    }

    private var openAIFault: FieldFault {
        let code = code
        switch self {
        case .missing: return FieldFault(code: code) { "Missing required parameter: '\($0)'." }
        case .type(let expected, let kind, _): return .type(expected: expected, got: kind)
        case .range(let noun, let low, let high, let exception, let isAbove, let got):
            return .range(noun, above: isAbove, limit: isAbove ? high : low + exception, got: got)
        case .choice(let got, let supported):
            guard let nearest = nearest(to: got, among: supported) else { return .value(got, supported: supported) }
            return FieldFault(code: code) { "Invalid value for '\($0)': '\(got)'. Did you mean '\(nearest)'?" }
        case .blank:
            return FieldFault(code: code) { "Invalid '\($0)': blank string. Expected a string that says something." }
        case .endsEarly:
            return FieldFault(code: code) { "Invalid '\($0)': the string must not contain the character U+0000." }
        case .tooLong(let bytesMax, let got):
            return FieldFault(code: code) {
                "Invalid '\($0)': string too long. Expected at most \(bytesMax) bytes of UTF-8, but got \(got) instead."
            }
        case .other(let reason): return FieldFault(code: code) { "Invalid value: '\($0)' \(reason)." }
        }
    }

    private func nearest(to got: String, among supported: [String]) -> String? {
        supported.count > MemberProblem.listedNamesMax ? nearestName(to: got, among: supported) : nil
    }
}
