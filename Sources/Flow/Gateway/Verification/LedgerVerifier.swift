package import Commerce
package import Logging
import Units

/// Verifies the ledger over and over while it serves: what came lately at every look, and the whole once a day. What does not
/// agree quarantines it.
///
/// It only reads. Whoever keeps it looks every ``VerificationLimits/pauseSeconds``, in time that nobody else wants.
package struct LedgerVerifier: Sendable {
    private let store: any LedgerStore
    private let ledger: LedgerWriter
    private let logger: Logger
    /// Verified up to here.
    private var end: EntryID?
    /// When the whole is due; nil: at the next look.
    private var wholeAt: ContinuousClock.Instant?
    /// Something did not agree: new holds are refused, and there is nothing more to look for.
    package private(set) var isQuarantined = false

    package init(_ store: any LedgerStore, _ ledger: LedgerWriter, _ logger: Logger) {
        self.store = store
        self.ledger = ledger
        self.logger = logger
    }

    /// What a start has time for before it listens: the last entries.
    /// - Throws: what keeps the store from being read.
    package mutating func begin(at now: ContinuousClock.Instant) throws { try lookAtRecent(now) }

    /// One look at what is due. A store that cannot be read at the moment is looked at again the next time, for the same; how long
    /// ago the last look was tells of it.
    package mutating func look(at now: ContinuousClock.Instant) {
        guard !isQuarantined else { return }
        do {
            if let wholeAt, now < wholeAt { try lookAtRecent(now) } else { try lookAtWhole(now) }
        } catch {
            logger.error("ledger.unverified", metadata: ["error": "\(error)"])
        }
    }

    private mutating func lookAtRecent(_ now: ContinuousClock.Instant) throws {
        switch try store.verifyRecent(after: end) {
        case .ok(_, let end): note(end, now)
        case .disagreement(let sentence): quarantine(sentence)
        }
    }

    private mutating func lookAtWhole(_ now: ContinuousClock.Instant) throws {
        switch try store.verify() {
        case .ok(let entries, _):
            // They are numbered without gaps.
            note(EntryID(Int64(entries)), now)
            wholeAt = now + .seconds(VerificationLimits.wholeSeconds)
            logger.info("ledger.verified", metadata: ["entries": "\(entries)"])
        case .disagreement(let sentence): quarantine(sentence)
        }
    }

    private mutating func note(_ entry: EntryID, _ now: ContinuousClock.Instant) {
        end = entry
        ledger.noteVerified(upTo: entry, at: now)
    }

    private mutating func quarantine(_ sentence: String) {
        isQuarantined = true
        ledger.stopAdmitting()
        logger.critical("ledger.quarantined", metadata: ["disagreement": "\(sentence)"])
    }
}
