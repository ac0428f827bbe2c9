import Engines
import NIOCore

extension LocalServer.Options {
    /// What `command` and `process` of an engine say; nil: the engine runs elsewhere, or what is wrong has been said.
    init?(_ section: Section, name: String) {
        let command = section.texts("command", expected: "a program and its arguments, such as [llama-server, --port, \"9001\"]")
        guard let command else {
            guard section.setting("command") == nil, let process = section.setting("process") else { return nil }
            section.reading.add(
                "expected a command beside it: it says how that is run", at: section.path("process"), process.origin)
            section.forgive()
            return nil
        }
        let url = section.optionalText("base_url", shownAs: "none") ?? ""
        // What is wrong with the address has been said by whoever read it first.
        guard let address = try? EngineAddress(url) else {
            section.forgive()
            return nil
        }
        self.init(name: name, command: command, address: address)
        section.section("process") { process in
            healthPath = process.path("health", default: healthPath)
            idle = process.time("idle", idle)
            start = process.time("start", start)
            stop = process.time("stop", stop)
            environment = process.variables("environment")
        }
    }
}

extension Section {
    fileprivate func time(_ name: String, _ standard: TimeAmount) -> TimeAmount {
        .milliseconds(duration(name, in: 1000...86_400_000, default: standard.nanoseconds / 1_000_000))
    }

    fileprivate func path(_ name: String, default standard: String) -> String {
        let path = text(name, default: standard)
        guard path.hasPrefix("/"), path.utf8.count <= 200, path.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            reading.add(
                "expected a path that begins with a slash, such as /health, got \(quoted(path))", at: self.path(name),
                setting(name)?.origin ?? origin)
            return standard
        }
        return path
    }

    /// Texts in a list, at least one; nil where nothing is said, or what is wrong has been said.
    fileprivate func texts(_ name: String, expected: String) -> [String]? {
        guard let found = structured(setting(name)) else {
            reading.record(path(name), "none", .default)
            return nil
        }
        guard case .list(let elements) = found.value, !elements.isEmpty else {
            reading.add("expected \(expected)", at: path(name), found.origin)
            return nil
        }
        let texts = elements.compactMap { element in
            if case .scalar(let text) = element.value { text } else { nil }
        }
        guard texts.count == elements.count, texts.count <= 200, texts.allSatisfy({ !$0.utf8.contains(0) }), texts.first != ""
        else {
            reading.add("expected \(expected)", at: path(name), found.origin)
            return nil
        }
        // Arguments may hold a secret: the program alone is shown.
        reading.record(path(name), texts[0] + (texts.count > 1 ? " …" : ""), found.origin)
        return texts
    }

    /// `NAME=value`, of names that variables can have.
    fileprivate func variables(_ name: String) -> [String] {
        guard setting(name) != nil else { return [] }
        return section(name) { section in
            section.writtenNames.compactMap { variable in
                guard variable.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
                    section.reading.add(
                        "expected the name of an environment variable", at: section.path(variable), section.origin)
                    return nil
                }
                return section.optionalText(variable).map { "\(variable)=\($0)" }
            }
        }
    }
}
