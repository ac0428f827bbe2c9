import Commerce
package import Units

/// What an operator watches of the ledger, counted by its writer a batch at a time, since the start of the process.
package struct LedgerFigures: Sendable {
    /// From the first decision of a batch until it is durable, in microseconds.
    package private(set) var commitTimes = Histogram.times
    package private(set) var batchSizes = Histogram.sizes
    package private(set) var holdsOpen = 0
    package private(set) var settled = 0
    package private(set) var released = 0
    /// Settled on an estimate: by recovery, for want of anything better.
    package private(set) var provisional = 0
    /// Commands that found their hold closed and changed nothing.
    package private(set) var stale = 0
    package private(set) var refused = 0
    package private(set) var charged = Money.zero
    package private(set) var writtenOff = Money.zero
    /// Commands that wait to be decided, at the moment of asking.
    package internal(set) var waiting = 0
    /// 1 while a full or locked disk keeps new holds out.
    package internal(set) var isHindered = false

    /// The entry up to which all was verified; nil before the first look.
    package private(set) var verified: EntryID?
    private var verifiedAt: ContinuousClock.Instant?

    mutating func noteVerified(upTo entry: EntryID, at now: ContinuousClock.Instant) {
        verified = entry
        verifiedAt = now
    }

    /// How long ago the last look at the ledger began in which all agreed; nil before the first.
    package func verifyAgeSeconds(at now: ContinuousClock.Instant) -> Int? {
        verifiedAt.map { max(0, Int(($0.duration(to: now)).components.seconds)) }
    }

    mutating func note(_ asks: [LedgerAsk], microseconds: Int, holdsOpen: Int) {
        commitTimes.note(microseconds)
        batchSizes.note(asks.count)
        self.holdsOpen = holdsOpen
        for ask in asks {
            switch ask.outcome {
            case .closed(let receipt): note(receipt)
            case .stale: stale += 1
            case .refused: refused += 1
            default: break
            }
        }
    }

    private mutating func note(_ receipt: Receipt) {
        switch receipt.source {
        case nil: released += 1
        case .provisional: provisional += 1
        case .measured, .counted: settled += 1
        }
        charged = charged.adding(receipt.charge) ?? charged
        writtenOff = writtenOff.adding(receipt.writeoff) ?? writtenOff
    }
}
