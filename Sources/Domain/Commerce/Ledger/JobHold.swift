import Units

/// What of a job's hold cannot be found elsewhere: a hundred thousand wait at a time, and a ``Hold`` is three times as large.
struct JobHold: Sendable {
    let request: RequestID
    let key: KeyID
    let price: PriceID
    let amount: Money
    let inputFairTokens: Int
    let opened: Instant
    /// Who was asked first.
    let engine: String

    /// - Precondition: nothing has become of it.
    init(_ hold: Hold) {
        precondition(hold.attempts == 1 && !hold.accepted, "what becomes of a job is not its hold's")
        request = hold.request
        key = hold.key
        price = hold.price
        amount = hold.amount
        inputFairTokens = hold.inputFairTokens
        opened = hold.opened
        engine = hold.engine
    }
}

extension Hold {
    /// The hold of a job, which goes on from epoch to epoch: nothing of it changes until the job is over.
    init(_ id: HoldID, _ job: JobHold, of purse: Purse, model: String, epoch: Epoch) {
        self.init(
            id: id, request: job.request, account: purse.account, book: purse.book, key: job.key, price: job.price, model: model,
            amount: job.amount, inputFairTokens: job.inputFairTokens, epoch: epoch, opened: job.opened, state: .dispatched,
            attempts: 1,
            engine: job.engine, accepted: false, outputTokens: 0, closing: nil)
    }
}
