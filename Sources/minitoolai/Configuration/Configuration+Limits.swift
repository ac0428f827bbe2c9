import Commerce
import Gateway
import Units
import Wire

extension LimitRules {
    /// - Parameter known: the models there are.
    init(_ section: Section, known: [String]) {
        let models = section.section("models") { models in
            let written = models.writtenNames
            let names = written + models.reading.variables.newEntries(under: models.path, beside: written)
            return names.reduce(into: [String: RateLimits]()) { all, name in
                if !known.contains(name) {
                    let hint = nearestName(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
                    models.reading.add(
                        "expected the name of a model, and there is none called \(quoted(name))\(hint)",
                        at: models.path(name), models.setting(name)?.origin ?? models.origin)
                }
                all[name] = models.section(name) { RateLimits($0) }
            }
        }
        self.init(
            key: section.section("key") { RateLimits($0) }, account: section.section("account") { RateLimits($0) },
            models: models)
    }
}

extension RateLimits {
    fileprivate init(_ section: Section) {
        func limit(_ name: String) -> Int? {
            guard section.setting(name) != nil else {
                section.reading.record(section.path(name), "none", .default)
                return nil
            }
            return section.wholeNumber(name, in: 1...RateLimits.most, default: RateLimits.most)
        }
        /// No wait ever helps whoever may spend nothing: that is what revoking a key is for.
        func spend(_ name: String) -> Money? {
            guard let setting = section.setting(name) else {
                section.reading.record(section.path(name), "none", .default)
                return nil
            }
            let most = section.dollars(name)
            if most == .zero { section.reading.add("expected US dollars above 0", at: section.path(name), setting.origin) }
            return most
        }
        func amounts(_ period: String) -> Amounts {
            Amounts(
                requests: limit("requests_per_\(period)"), tokens: limit("tokens_per_\(period)"),
                spend: spend("spend_per_\(period)"))
        }
        self.init(minute: amounts("minute"), day: amounts("day"), concurrent: limit("concurrent"))
    }
}
