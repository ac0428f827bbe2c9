import CLI
import Wire

/// One reading of a configuration: what was found where, what was wrong, and which variables were of use.
///
/// Faults are collected, so that an operator hears of all of them at once.
final class ConfigurationReading {
    let environment: [String: String]
    let variables: VariableNames
    let flags: [String: (flag: String, value: String)]
    private(set) var faults: [ConfigurationFault] = []
    private(set) var keys: [ConfigurationListing.Key] = []
    private var usedVariables: Set<String> = []
    private var askedPaths: [[String]] = []

    /// - Parameter flags: by the key they override, `server.port`.
    init(environment: [String: String], flags: [String: (flag: String, value: String)]) {
        self.environment = environment
        self.flags = flags
        variables = VariableNames(environment)
    }

    func add(_ problem: String, at path: [String], _ origin: Origin) {
        faults.append(ConfigurationFault(origin: origin, key: path.joined(separator: "."), problem: problem))
    }

    /// Notes a key's value in force, as it may be shown.
    func record(_ path: [String], _ shown: String, _ origin: Origin) {
        keys.append(ConfigurationListing.Key(key: path.joined(separator: "."), value: shown, source: origin.description))
    }

    /// What a flag or a variable says of `path`, if one does.
    func override(of path: [String]) -> Setting? {
        askedPaths.append(path)
        let variable = variables.variable(for: path)
        if let variable { usedVariables.insert(variable.name) }
        if let (flag, value) = flags[path.joined(separator: ".")] { return Setting(value: .scalar(value), origin: .flag(flag)) }
        return variable.map { Setting(value: .scalar($0.value), origin: .variable($0.name)) }
    }

    /// - Parameter sections: the top-level keys.
    func refuseUnusedVariables(of sections: [String]) {
        for name in variables.unused(in: sections, used: usedVariables) {
            let nearest = nearestName(to: name, among: askedPaths.map(VariableNames.name))
            let hint = nearest.map { "; did you mean \($0)?" } ?? ""
            faults.append(ConfigurationFault(origin: .variable(name), key: "", problem: "stands for no key\(hint)"))
        }
    }
}
