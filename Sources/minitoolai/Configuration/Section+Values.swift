import Foundation
import Units

extension Section {
    /// A text; `${NAME}` inside one from the file stands for an environment variable.
    func text(_ name: String, default standard: String) -> String { optionalText(name, shownAs: standard) ?? standard }

    /// - Parameter shownAs: what `config` shows when the key is absent.
    func optionalText(_ name: String, shownAs standard: String = "none") -> String? {
        value(name, "a text", standard) { $0 }
    }

    func requiredText(_ name: String, expected: String) -> String? {
        guard setting(name) != nil else {
            reading.add("expected \(expected), got nothing", at: path(name), origin)
            return nil
        }
        return value(name, expected, "") { $0.isEmpty ? nil : $0 }
    }

    func wholeNumber(_ name: String, in range: ClosedRange<Int>, default standard: Int) -> Int {
        value(name, "a whole number from \(range.lowerBound) to \(range.upperBound)", String(standard)) { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        } ?? standard
    }

    func truth(_ name: String, default standard: Bool) -> Bool {
        value(name, "true or false", String(standard)) { ["true": true, "false": false][$0] } ?? standard
    }

    func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default standard: Choice
    ) -> Choice where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        return value(name, "one of \(names.joined(separator: ", "))", standard.rawValue, Choice.init(rawValue:)) ?? standard
    }

    /// Milliseconds, from `500ms`, `30s`, `5m`, `24h`.
    func duration(_ name: String, in range: ClosedRange<Int64>, default standard: Int64) -> Int64 {
        let expected =
            "a time from \(durationText(range.lowerBound)) to \(durationText(range.upperBound)), such as 500ms, 30s, 5m or 24h"
        return value(name, expected, durationText(standard)) { text in
            milliseconds(text).flatMap { range.contains($0) ? $0 : nil }
        } ?? standard
    }

    /// A price in US dollars per million units, taken from its decimals.
    func rate(_ name: String) -> Rate? {
        value(name, "US dollars per million, 0 or more with at most nine decimals, such as 0.15", nil) {
            Rate(dollarsPerMillion: $0)
        }
    }

    /// An exact amount of US dollars.
    func dollars(_ name: String) -> Money? {
        value(name, "US dollars, 0 or more with at most nine decimals, such as 0.0015", nil) {
            Money(decimal: $0).flatMap { $0 < .zero ? nil : $0 }
        }
    }

    /// A secret: `${NAME}`, a file (`file:/run/secrets/key`, `/run/secrets/key`), or the text itself. It is never shown.
    func secret(_ name: String) -> String? {
        guard let setting = setting(name) else {
            reading.record(path(name), "none", .default)
            return nil
        }
        return secret(name, setting)
    }

    /// Several secrets in a list. Those that cannot be read are faults and left out.
    func secrets(_ name: String) -> [String] {
        guard let found = structured(setting(name)) else { return [] }
        guard case .list(let elements) = found.value else {
            reading.add("expected a list of secrets", at: path(name), found.origin)
            return []
        }
        return elements.enumerated().compactMap { secret("\(name).\($0)", $1) }
    }

    private func secret(_ name: String, _ setting: Setting) -> String? {
        reading.record(path(name), "***", setting.origin)
        guard case .scalar(let text) = setting.value else {
            reading.add("expected a secret: ${NAME}, or a file as file:/path", at: path(name), setting.origin)
            return nil
        }
        if let file = secretFile(text, setting.origin) { return contents(of: file, for: name, setting.origin) }
        return interpolated(text, name, setting.origin)
    }

    /// A path from the file is a path; a variable's value is the secret itself unless it says `file:`, for a secret may well
    /// begin with a slash.
    private func secretFile(_ text: String, _ origin: Origin) -> String? {
        if text.hasPrefix("file:") { return String(text.dropFirst(5)) }
        guard case .file = origin, ["/", "./", "../"].contains(where: text.hasPrefix) else { return nil }
        return text
    }

    private func contents(of file: String, for name: String, _ origin: Origin) -> String? {
        guard let data = FileManager.default.contents(atPath: file), data.count <= 65_536,
            let text = String(data: data, encoding: .utf8)?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty
        else {
            reading.add("expected a readable file with the secret in it, got \(quoted(file))", at: path(name), origin)
            return nil
        }
        return text
    }

    /// Reads a key: found and readable it is recorded and returned; absent, `standard` is recorded (nil: nothing); unreadable, a
    /// fault is.
    private func value<Value>(
        _ name: String, _ expected: String, _ standard: String?, _ read: (String) -> Value?
    ) -> Value? {
        guard let setting = setting(name) else {
            if let standard { reading.record(path(name), standard, .default) }
            return nil
        }
        refuseHidden(name, behind: setting, expected, read)
        guard case .scalar(let text) = setting.value else {
            reading.add("expected \(expected), got \(setting.shape)", at: path(name), setting.origin)
            return nil
        }
        guard let full = interpolated(text, name, setting.origin) else { return nil }
        guard let value = read(full) else {
            reading.add("expected \(expected), got \(quoted(text))", at: path(name), setting.origin)
            return nil
        }
        // Shown as written: what a variable put in may be a secret.
        reading.record(path(name), text, setting.origin)
        return value
    }

    /// A bad value in the file is refused even while a flag or a variable overrides it: it waits for the day they are gone.
    private func refuseHidden<Value>(_ name: String, behind setting: Setting, _ expected: String, _ read: (String) -> Value?) {
        guard let written = written(name), written != setting else { return }
        if case .scalar(let text) = written.value, text.contains("${") || read(text) != nil { return }
        reading.add("expected \(expected), got \(written.shape)", at: path(name), written.origin)
    }

    /// The text with each `${NAME}` of a file replaced; nil, and a fault, when a variable is not set.
    private func interpolated(_ text: String, _ name: String, _ origin: Origin) -> String? {
        guard case .file = origin else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            let variable = String(rest[start.upperBound..<end])
            guard let value = reading.environment[variable], !value.isEmpty else {
                reading.add("expected the environment variable \(variable) to be set, and it is not", at: path(name), origin)
                return nil
            }
            result += rest[..<start.lowerBound] + value
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }
}

extension Setting {
    fileprivate var shape: String {
        switch value {
        case .scalar(let text): quoted(text)
        case .list: "a list"
        case .section: "a section"
        case .nothing: "nothing"
        }
    }
}

private let durationUnits: [(suffix: String, milliseconds: Int64)] = [("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000)]

private func milliseconds(_ text: String) -> Int64? {
    guard let unit = durationUnits.first(where: { text.hasSuffix($0.suffix) }),
        let count = Int64(text.dropLast(unit.suffix.count)), count >= 0
    else { return nil }
    let (product, overflow) = count.multipliedReportingOverflow(by: unit.milliseconds)
    return overflow ? nil : product
}

func durationText(_ milliseconds: Int64) -> String {
    let unit = durationUnits.last { milliseconds >= $0.milliseconds && milliseconds % $0.milliseconds == 0 } ?? durationUnits[0]
    return "\(milliseconds / unit.milliseconds)\(unit.suffix)"
}
