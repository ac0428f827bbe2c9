/// A value of the configuration as it was written, with the place where it was.
struct Setting: Hashable, Sendable {
    enum Value: Hashable, Sendable {
        /// The text itself, so that `0.15` is read as decimals and never passes through a floating-point number.
        case scalar(String)
        case list([Setting])
        case section([Member])
        /// `null`, `~` or nothing after the colon: the same as leaving the key out.
        case nothing
    }

    struct Member: Hashable, Sendable {
        let name: String
        let origin: Origin
        let setting: Setting
    }

    let value: Value
    let origin: Origin
}

/// Where a value comes from; also how errors and `minitoolai config` name that place.
enum Origin: Hashable, Sendable, CustomStringConvertible {
    case `default`
    /// The reference's own models and prices.
    case builtIn
    case file(String, line: Int)
    case variable(String)
    case flag(String)

    var description: String {
        switch self {
        case .default: "default"
        case .builtIn: "built in"
        case .file(let name, let line): "\(name):\(line)"
        case .variable(let name): "env \(name)"
        case .flag(let name): "flag \(name)"
        }
    }
}

/// Something in the configuration that is not as it must be.
struct ConfigurationFault: Error, Hashable, Sendable, CustomStringConvertible {
    let origin: Origin
    /// `server.port`; empty when the file as a whole is meant.
    let key: String
    /// `expected a whole number from 0 to 65535, got "many"`
    let problem: String

    var description: String {
        switch origin {
        case .default, .builtIn: "configuration: \(key): \(problem)"
        default: key.isEmpty ? "\(origin): \(problem)" : "\(origin): \(key): \(problem)"
        }
    }
}

/// Everything that is wrong with a configuration, in the order of the file.
struct ConfigurationFaults: Error, Hashable, Sendable, CustomStringConvertible {
    let faults: [ConfigurationFault]

    var description: String { faults.map(\.description).joined(separator: "\n") }
}
