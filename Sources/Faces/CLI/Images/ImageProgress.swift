/// What is said of a job on its way: a bar that is written over where somebody watches, else a line for each step worth one.
struct ImageProgress {
    let isWatched: Bool
    private var said = ""

    init(isWatched: Bool) { self.isWatched = isWatched }

    /// Removes the line that is written over: carriage return, and ECMA-48's "erase in line".
    static let clearing = "\r\u{1B}[K"
    private static let barCharacters = 32
    /// Without a watcher the bar's way is told in quarters.
    private static let quarter = 25

    /// What is to be written; nil when there is nothing new.
    mutating func text(for report: ImageReport) -> String? {
        guard let line = line(report), line != said else { return nil }
        said = line
        return isWatched ? ImageProgress.clearing + line : line + "\n"
    }

    private func line(_ report: ImageReport) -> String? {
        switch report.status {
        case .pending:
            let position = report.queuePosition ?? 1
            return position <= 1 ? "waiting, next in the queue" : "waiting, number \(position) in the queue"
        case .processing:
            let progress = report.progress ?? 0
            let percent = progress > 0 ? Int(min(progress, 1) * 100) : 0
            guard isWatched else { return "painting, \(percent / ImageProgress.quarter * ImageProgress.quarter) %" }
            let full = percent * ImageProgress.barCharacters / 100
            let bar = String(repeating: "#", count: full) + String(repeating: "-", count: ImageProgress.barCharacters - full)
            return "painting [\(bar)] \(percent) %"
        case .success, .error: return nil
        }
    }
}
