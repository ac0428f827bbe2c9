import Wire

/// A section of the configuration while it is read: each key is asked for by name, and what nobody asked for is refused.
final class Section {
    let path: [String]
    let origin: Origin
    let reading: ConfigurationReading
    private let members: [Setting.Member]
    private var asked: Set<String> = []

    /// - Parameter setting: nil for a section that was not written: its keys may still come from variables and flags.
    init(_ setting: Setting?, at path: [String], _ reading: ConfigurationReading) {
        self.path = path
        self.reading = reading
        origin = setting?.origin ?? .default
        switch setting?.value {
        case .section(let members): self.members = members
        case .none, .nothing: members = []
        case .scalar(let text):
            members = []
            reading.add("expected a section of keys, got \(quoted(text))", at: path, origin)
        case .list:
            members = []
            reading.add("expected a section of keys, got a list", at: path, origin)
        }
    }

    var writtenNames: [String] { members.map(\.name) }

    /// Whether the file, or a variable for the section as a whole, says anything here.
    var isWritten: Bool { !members.isEmpty }

    func path(_ name: String) -> [String] { path + [name] }

    /// What is said of `name`: by a flag, else a variable, else the file; nil when nothing is.
    func setting(_ name: String) -> Setting? {
        asked.insert(name)
        return reading.override(of: path(name)) ?? written(name)
    }

    /// What the file says of `name`, whether or not something overrides it.
    func written(_ name: String) -> Setting? {
        let written = members.first { $0.name == name }?.setting
        return written?.value == .nothing ? nil : written
    }

    /// Reads a section within this one, and refuses what `read` did not ask for.
    func section<Result>(_ name: String, read: (Section) -> Result) -> Result {
        let section = Section(structured(setting(name)), at: path(name), reading)
        defer { section.refuseUnknownKeys() }
        return read(section)
    }

    /// Reads each section of a list.
    func list<Result>(_ name: String, read: (Section) -> Result) -> [Result] {
        guard let found = structured(setting(name)) else { return [] }
        guard case .list(let elements) = found.value else {
            reading.add("expected a list", at: path(name), found.origin)
            return []
        }
        return elements.enumerated().map { index, element in
            let section = Section(element, at: path(name) + [String(index)], reading)
            defer { section.refuseUnknownKeys() }
            return read(section)
        }
    }

    /// Whether `name` is a single value, not a section.
    func isScalar(_ name: String) -> Bool {
        guard case .scalar(let text) = setting(name)?.value else { return false }
        return !text.hasPrefix("{")
    }

    /// Whether a variable speaks of one of the keys below `name`, though the file does not.
    func hasOverrides(_ name: String, _ keys: [String]) -> Bool {
        keys.contains { reading.variables.variable(for: path(name) + [$0]) != nil }
    }

    /// Passes over the keys that were not asked for: something worse is wrong with the section and has been said.
    func forgive() { asked.formUnion(writtenNames) }

    /// Refuses every key that was written but not asked for.
    func refuseUnknownKeys() {
        for member in members where !asked.contains(member.name) {
            let hint = nearestName(to: member.name, among: asked).map { "; did you mean \($0)?" } ?? ""
            let known = asked.sorted().joined(separator: ", ")
            reading.add("unknown key\(hint.isEmpty ? ", expected one of \(known)" : hint)", at: path(member.name), member.origin)
        }
    }

    /// A section or list that was given as the text of a variable.
    func structured(_ setting: Setting?) -> Setting? {
        guard let setting, case .variable(let name) = setting.origin, case .scalar(let text) = setting.value else {
            return setting
        }
        do {
            return try Setting.variable(name, text)
        } catch {
            reading.add("\(error)", at: path, setting.origin)
            return nil
        }
    }
}

func quoted(_ text: String) -> String { "\"\(text.prefix(80))\"" }
