import Foundation
import Yams

extension Setting {
    /// A configuration is a page or two; a megabyte is a mistake.
    static let fileBytesMax = 1_048_576

    /// Reads a YAML file.
    /// - Throws: ``ConfigurationFaults`` that name the file and, where there is one, the line.
    static func file(at path: String) throws -> Setting {
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw fault("the configuration file cannot be read", in: path, line: 0)
        }
        guard data.count <= fileBytesMax, let text = String(data: data, encoding: .utf8) else {
            throw fault("expected at most 1 MiB of UTF-8 text", in: path, line: 0)
        }
        return try yaml(text, name: path)
    }

    /// - Parameter name: how errors call the text.
    static func yaml(_ text: String, name: String) throws -> Setting {
        try yaml(text, name: name) { .file(name, line: $0) }
    }

    /// Reads the value of an environment variable where a list or a section is expected: YAML's flow form.
    static func variable(_ name: String, _ text: String) throws -> Setting {
        try yaml(text, name: name) { _ in .variable(name) }
    }

    private static func yaml(_ text: String, name: String, at place: (Int) -> Origin) throws -> Setting {
        do {
            guard let root = try compose(yaml: text) else { return Setting(value: .nothing, origin: place(1)) }
            return Setting(root, at: place)
        } catch let error as YamlError {
            let (line, problem) = error.lineAndProblem
            throw ConfigurationFaults(faults: [
                ConfigurationFault(origin: place(line), key: "", problem: "not YAML that can be read: \(problem)")
            ])
        }
    }

    private static func fault(_ problem: String, in path: String, line: Int) -> ConfigurationFaults {
        ConfigurationFaults(faults: [ConfigurationFault(origin: .file(path, line: line), key: "", problem: problem)])
    }

    private init(_ node: Node, at place: (Int) -> Origin) {
        origin = place(node.mark?.line ?? 1)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            value = isPlain && ["", "~", "null", "Null", "NULL"].contains(scalar.string) ? .nothing : .scalar(scalar.string)
        case .sequence(let sequence): value = .list(sequence.map { Setting($0, at: place) })
        case .mapping(let mapping):
            value = .section(
                mapping.map { key, node in
                    Member(
                        name: key.scalar?.string ?? "?", origin: place(key.mark?.line ?? 1),
                        setting: Setting(node, at: place))
                })
        case .alias: value = .nothing
        }
    }
}

extension YamlError {
    fileprivate var lineAndProblem: (line: Int, problem: String) {
        switch self {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            (mark.line, problem)
        case .duplicatedKeysInMapping(let duplicates, let context):
            (context.mark.line, "\(duplicates.joined(separator: ", ")) is given twice")
        case .reader(let problem, _, _, _): (1, problem)
        default: (1, "\(self)")
        }
    }
}
