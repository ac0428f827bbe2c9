package import Units

/// Jobs: only their own commands move their holds, which outlive their epoch.
extension Ledger {
    mutating func openJob(_ job: SealedJob, _ request: HoldRequest, at now: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        let outcome = hold(request, at: now, into: &records)
        if case .held(let funds) = outcome {
            adopt(funds.hold)
            records.append(.job(job, hold: funds.hold))
        }
        return outcome
    }

    mutating func noteJob(_ job: SealedJob, _ id: HoldID, into records: inout Records) -> LedgerOutcome {
        guard jobHolds[id] != nil else { return stale() }
        records.append(.job(job, hold: id))
        return .noted
    }

    mutating func closeJob(
        _ job: SealedJob, _ id: HoldID, units: Int?, note: String, at now: Instant, into records: inout Records
    ) -> LedgerOutcome {
        guard var hold = jobHold(id) else { return stale() }
        jobHolds[id] = nil
        // Who was asked first need not be who did it.
        if let engine = job.engine { hold.engine = engine }
        let outcome =
            units.map {
                settle(
                    hold, usage: Usage(promptTokens: 0, completionTokens: $0), source: .measured, note: note, at: now,
                    into: &records)
            } ?? release(hold, reason: note, at: now, into: &records)
        records.append(.job(job, hold: id))
        return outcome
    }

    /// No money depends on it: it is only written in order with everything else.
    func noteCallback(_ standing: CallbackStanding, into records: inout Records) -> LedgerOutcome {
        records.append(.callback(standing))
        return .noted
    }

    /// An open hold is a job's from now on.
    mutating func adopt(_ id: HoldID) {
        guard let hold = openHolds.removeValue(forKey: id) else { preconditionFailure("a job is paid for by an open hold") }
        jobHolds[id] = JobHold(hold)
    }

    private func jobHold(_ id: HoldID) -> Hold? {
        guard let job = jobHolds[id] else { return nil }
        guard let purse = keyStates[job.key.value]?.purse, let price = price(job.price) else {
            preconditionFailure("a hold's key and price are never forgotten")
        }
        return Hold(id, job, of: purse, model: price.model, epoch: epoch)
    }

    /// How many holds pay for jobs that are not over.
    package var jobHoldCount: Int { jobHolds.count }

    /// What they set aside, in all, of each purse.
    package var heldForJobs: [Purse: Money] {
        var held: [Purse: Money] = [:]
        for job in jobHolds.values {
            guard let purse = keyStates[job.key.value]?.purse else { continue }
            held[purse, default: .zero] += job.amount
        }
        return held
    }
}
