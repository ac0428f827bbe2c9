import Inference
import Wire

extension JSONValue {
    /// The elements of a list that a server keeps.
    /// - Parameter name: what it lists, for the failure.
    /// - Throws: `broken` when it is no list, or too long a one.
    func list(of name: String) throws(ImageFailure) -> [JSONValue] {
        guard let elements else { throw ImageFailure(.broken, detail: "the list of \(name) is no list") }
        guard elements.count <= StableDiffusionLimits.listEntriesMax else {
            throw ImageFailure(.broken, detail: "more than \(StableDiffusionLimits.listEntriesMax) \(name)")
        }
        return elements
    }

    /// A hundredth as JSON's decimal: 250 is `2.50`.
    static func hundredths(_ value: Int) -> String { "\(value / 100).\(value % 100 / 10)\(value % 10)" }
}
