package import Commerce
import Units

/// What happens before anything listens: the next epoch begins, prices are put in force, and every hold that an earlier life
/// of the server left open is closed by rule, save those of jobs, which go on.
package enum Recovery {
    package struct Report: Hashable, Sendable {
        package var released = 0
        /// Of jobs that go on.
        package var adopted = 0
        /// Closed with the last checkpoint, to be corrected if better is learnt.
        package var provisional = 0
    }

    /// - Returns: a ledger that serves as the next epoch, every change of it durable in `store`.
    package static func begin(
        _ store: any LedgerJournal, prices: [(model: String, price: ModelPrice)], clock: any Clock
    ) throws -> (ledger: Ledger, report: Report) {
        let image = try store.load()
        let epoch = image.epoch.next
        try store.commit([.epoch(epoch, at: clock.now())])

        var ledger = Ledger(image, epoch: epoch)
        var records: [LedgerRecord] = []
        var report = Report()
        for (model, price) in prices {
            records += ledger.step(.setPrice(model: model, price: price), at: clock.now()).records
        }
        for hold in image.openHolds {
            if image.jobHolds.contains(hold.id) {
                report.adopted += 1
                continue
            }
            let step = ledger.step(.recover(hold.id), at: clock.now())
            guard case .closed(let receipt) = step.outcome else { preconditionFailure("recovery closes every open hold") }
            if receipt.usage == nil { report.released += 1 } else { report.provisional += 1 }
            records += step.records
            // A crash under heavy load leaves thousands: commits of bounded size keep the start short and its memory flat.
            if records.count >= Limits.recoveryRecordsPerCommit {
                try store.commit(records)
                records = []
            }
        }
        if !records.isEmpty { try store.commit(records) }
        precondition(
            ledger.openHolds.isEmpty && ledger.jobHoldCount == report.adopted, "nothing is held but for jobs when serving begins")
        return (ledger, report)
    }
}
