/// Small sums: the first expression in a sentence with `+ - * / × ÷ x` and parentheses, over integers.
struct SandboxArithmetic {
    /// `12 * 12 = 144`, or nil when the sentence holds no sum that comes out even.
    static func answer(to sentence: String) -> String? {
        for candidate in expressions(in: sentence) {
            var reader = SandboxArithmetic(candidate)
            guard let value = reader.sum(), reader.tokens.isEmpty else { continue }
            return "\(candidate.joined(separator: " ")) = \(value)"
        }
        return nil
    }

    private var tokens: ArraySlice<String>
    private var depth = 0

    private init(_ tokens: [String]) { self.tokens = tokens[...] }

    /// Runs of numbers and signs with at least one sign between numbers.
    private static func expressions(in sentence: String) -> [[String]] {
        var found: [[String]] = []
        var run: [String] = []
        var number = ""
        func isValue(_ token: String?) -> Bool { token.map { $0 == ")" || Int($0) != nil } ?? false }
        func finishNumber() {
            if !number.isEmpty { run.append(number) }
            number = ""
        }
        func finishRun() {
            finishNumber()
            while let last = run.last, !isValue(last) { run.removeLast() }
            if run.filter({ Int($0) != nil }).count > 1 { found.append(run) }
            run = []
        }
        for character in sentence.beginning(scalars: SandboxLimits.searchedScalarsMax) {
            if character.isASCII, character.isNumber {
                number.append(character)
                continue
            }
            finishNumber()
            switch character {
            case "+", "-", "*", "/", "(", ")": run.append(String(character))
            case "×", "x", "X": if isValue(run.last) { run.append("*") } else { finishRun() }
            case "÷": run.append("/")
            case "−", "–": run.append("-")
            case " ": continue
            default: finishRun()
            }
        }
        finishRun()
        return found
    }

    private mutating func sum() -> Int? {
        guard var value = product() else { return nil }
        while let sign = tokens.first, sign == "+" || sign == "-" {
            tokens.removeFirst()
            guard let next = product() else { return nil }
            let (result, overflow) =
                sign == "+" ? value.addingReportingOverflow(next) : value.subtractingReportingOverflow(next)
            guard !overflow else { return nil }
            value = result
        }
        return value
    }

    private mutating func product() -> Int? {
        guard var value = factor() else { return nil }
        while let sign = tokens.first, sign == "*" || sign == "/" {
            tokens.removeFirst()
            guard let next = factor() else { return nil }
            if sign == "*" {
                let (result, overflow) = value.multipliedReportingOverflow(by: next)
                guard !overflow else { return nil }
                value = result
            } else {
                guard next != 0, value != .min, value % next == 0 else { return nil }
                value /= next
            }
        }
        return value
    }

    private mutating func factor() -> Int? {
        guard let token = tokens.popFirst() else { return nil }
        if token == "-" { return factor().flatMap { $0 == .min ? nil : -$0 } }
        guard token == "(" else { return Int(token) }
        depth += 1
        guard depth <= 32, let value = sum(), tokens.popFirst() == ")" else { return nil }
        depth -= 1
        return value
    }
}
