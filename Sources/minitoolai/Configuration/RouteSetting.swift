import Commerce
import Wire

/// Where a model of the configuration is asked for.
struct RouteSetting: Hashable, Sendable {
    let engine: String
    let model: String
    let weight: Int
    /// Asked before those of a higher number.
    let priority: Int
    /// What the engine charges the operator; nil: nobody said.
    let cost: ModelPrice?
}

extension RouteSetting {
    /// - Parameter cost: reads what the engine costs, as the model's price is read; nil where nothing is said.
    static func all(_ section: Section, engines: [String], cost: (Section) -> ModelPrice?) -> [RouteSetting] {
        section.list("routes") { route in
            let engine = route.requiredText("engine", expected: "the name of an engine")
            let model = route.optionalText("model", shownAs: "the model's own name") ?? section.path.last ?? ""
            if let engine, !engines.contains(engine) {
                let hint = nearestName(to: engine, among: engines).map { "; did you mean \($0)?" } ?? ""
                route.reading.add(
                    "expected the name of an engine, and there is none called \(quoted(engine))\(hint)",
                    at: route.path("engine"), route.setting("engine")?.origin ?? route.origin)
            }
            if let cost = route.setting("cost"), case .section(let members) = cost.value, members.isEmpty {
                route.reading.add("expected what the engine costs, as in price, got nothing", at: route.path("cost"), cost.origin)
            }
            return RouteSetting(
                engine: engine ?? "", model: model, weight: route.wholeNumber("weight", in: 1...1_000_000, default: 1),
                priority: route.wholeNumber("priority", in: 1...1000, default: 1),
                cost: route.setting("cost") == nil ? nil : route.section("cost", read: cost))
        }
    }
}
