import Units

/// Who waits for a place: in order within an account, and accounts by turns, so that one that sends a thousand keeps nobody from the next
/// place but its own. Pure.
struct FairLine<Waiter> {
    private var lines: [AccountID: [(ticket: Int, waiter: Waiter)]] = [:]
    /// Accounts that wait, the next one first.
    private var turns: [AccountID] = []
    private(set) var count = 0

    mutating func add(_ waiter: Waiter, of account: AccountID, ticket: Int) {
        if lines[account] == nil { turns.append(account) }
        lines[account, default: []].append((ticket, waiter))
        count += 1
    }

    /// The next, whose account then waits for its next turn.
    mutating func next() -> Waiter? {
        guard !turns.isEmpty else { return nil }
        let account = turns.removeFirst()
        guard var line = lines[account], !line.isEmpty else { return nil }
        let first = line.removeFirst()
        keep(line, of: account)
        if !line.isEmpty { turns.append(account) }
        count -= 1
        return first.waiter
    }

    /// - Returns: who waits no longer; nil: it was its turn before.
    mutating func remove(_ ticket: Int, of account: AccountID) -> Waiter? {
        guard var line = lines[account], let place = line.firstIndex(where: { $0.ticket == ticket }) else { return nil }
        let removed = line.remove(at: place)
        keep(line, of: account)
        if line.isEmpty { turns.removeAll { $0 == account } }
        count -= 1
        return removed.waiter
    }

    private mutating func keep(_ line: [(ticket: Int, waiter: Waiter)], of account: AccountID) {
        lines[account] = line.isEmpty ? nil : line
    }
}
