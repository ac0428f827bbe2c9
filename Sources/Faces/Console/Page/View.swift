/// What a template is filled with.
indirect enum View: Sendable {
    case text(String)
    case flag(Bool)
    case list([View])
    case fields([String: View])

    /// As the template engine takes it.
    var value: Any {
        switch self {
        case .text(let text): text
        case .flag(let flag): flag
        case .list(let list): list.map(\.value)
        case .fields(let fields): fields.mapValues(\.value)
        }
    }

    /// Nothing stands for a section that is left out.
    static func optional(_ text: String?) -> View { text.map(View.text) ?? .flag(false) }

    /// These fields and those, the second over the first.
    func with(_ more: [String: View]) -> View {
        guard case .fields(let fields) = self else { return .fields(more) }
        return .fields(fields.merging(more) { $1 })
    }
}

extension View: ExpressibleByStringLiteral, ExpressibleByStringInterpolation, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral value: String) { self = .text(value) }
    init(booleanLiteral value: Bool) { self = .flag(value) }
    init(arrayLiteral elements: View...) { self = .list(elements) }
    init(dictionaryLiteral elements: (String, View)...) { self = .fields(Dictionary(elements) { $1 }) }
}
