import Inference
import Units

/// When the time of each job is over. All live equally long, so who came first is over first, and nobody need be looked for.
struct JobDeadlines {
    private var jobs: [(id: JobID, deadline: Instant)] = []
    private var start = 0
    /// Jobs at the last count of those that are still there.
    private var counted = 0

    /// - Parameter isThere: whether a job still is. Those that are gone are forgotten when they may be the half.
    mutating func add(_ id: JobID, _ deadline: Instant, isThere: (JobID) -> Bool) {
        if jobs.count - start > 2 * counted + JobDeadlines.fewest {
            jobs = jobs[start...].filter { isThere($0.id) }
            start = 0
            counted = jobs.count
        }
        jobs.append((id, deadline))
    }

    /// So few are not worth a look.
    private static let fewest = 1024

    /// - Returns: all whose time is over, each once; some may be gone.
    mutating func passed(at now: Instant) -> [JobID] {
        let end = jobs[start...].firstIndex { $0.deadline > now } ?? jobs.count
        defer { start = end }
        return jobs[start..<end].map(\.id)
    }
}
