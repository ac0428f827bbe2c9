import Inference
import Units

/// Jobs that wait for one model of one book: fair between accounts, in order within each. It knows no engine and no clock.
struct JobQueue {
    private var jobs: [AccountID: Line] = [:]
    /// Accounts that have jobs here, the next one first.
    private var turns: [AccountID] = []
    private var turn = 0
    private(set) var count = 0

    /// The jobs of one account; those before `start` were taken.
    private struct Line {
        var ids: [JobID] = []
        var start = 0
        var isEmpty: Bool { start == ids.count }
    }

    mutating func add(_ job: JobID, of account: AccountID) {
        if jobs[account] == nil { turns.append(account) }
        jobs[account, default: Line()].ids.append(job)
        count += 1
    }

    /// The next job, of the account whose turn it is, among those that `mayTake` lets pass: each account's first that may be taken is
    /// looked for among its first ``lookAheadMax``.
    mutating func take(where mayTake: (JobID) -> Bool) -> JobID? {
        for step in 0..<turns.count {
            let place = (turn + step) % turns.count
            let account = turns[place]
            guard var line = jobs[account] else { continue }
            let end = min(line.ids.count, line.start + JobQueue.lookAheadMax)
            guard let found = (line.start..<end).first(where: { mayTake(line.ids[$0]) }) else { continue }
            let job = line.ids[found]
            // What was passed over keeps its order.
            if found > line.start { line.ids.replaceSubrange(line.start + 1...found, with: line.ids[line.start..<found]) }
            line.start += 1
            if line.start > 1024, line.start * 2 > line.ids.count {
                line.ids.removeFirst(line.start)
                line.start = 0
            }
            keep(line, of: account, at: place)
            count -= 1
            return job
        }
        return nil
    }

    /// How far into an account's jobs an engine looks for one it may take.
    private static let lookAheadMax = 16

    private mutating func keep(_ line: Line, of account: AccountID, at place: Int) {
        if line.isEmpty {
            jobs[account] = nil
            turns.remove(at: place)
            turn = turns.isEmpty ? 0 : place % turns.count
        } else {
            jobs[account] = line
            turn = (place + 1) % turns.count
        }
    }

    mutating func remove(_ job: JobID, of account: AccountID) {
        guard var line = jobs[account], let found = line.ids[line.start...].firstIndex(of: job),
            let place = turns.firstIndex(of: account)
        else { return }
        line.ids.remove(at: found)
        count -= 1
        if line.isEmpty {
            jobs[account] = nil
            turns.remove(at: place)
            if place < turn { turn -= 1 }
            if turn >= turns.count { turn = 0 }
        } else {
            jobs[account] = line
        }
    }

    /// How many are taken before this one, if every account gets its turn and no more come: 1 for the next. 0: it does not wait here.
    func position(of job: JobID, of account: AccountID) -> Int {
        guard let line = jobs[account], let found = line.ids[line.start...].firstIndex(of: job) else { return 0 }
        let before = found - line.start
        var position = before + 1
        for (other, otherLine) in jobs where other != account {
            position += min(otherLine.ids.count - otherLine.start, before)
        }
        return position
    }
}
