import Units

/// Requests that their callers named. No money depends on a name: it is only written in one with the hold it stands for.
extension Ledger {
    mutating func holdNamed(
        _ request: HoldRequest, _ submission: Submission, at now: Instant, into records: inout [LedgerRecord]
    ) -> LedgerOutcome {
        let outcome = hold(request, at: now, into: &records)
        if case .held(let funds) = outcome, let hold = openHolds[funds.hold] {
            records.append(.named(NamedRequest(submission: submission, hold: hold.id, purse: hold.purse, at: now)))
        }
        return outcome
    }

    func keep(_ answer: [UInt8], of hold: HoldID, into records: inout [LedgerRecord]) -> LedgerOutcome {
        records.append(.answer(answer, hold: hold))
        return .noted
    }
}
