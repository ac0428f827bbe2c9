import Commerce
import Synchronization

/// Lets one submission of a name through at a time. Every submission of this data directory comes by here, since one process alone
/// writes it: so a second one finds either this one under way or its job in the store.
final class SubmissionDoor: Sendable {
    private let within = Mutex<Set<Submission.Owned>>([])

    /// - Returns: false when one of this name is within.
    func enter(_ submission: Submission, of purse: Purse) -> Bool {
        within.withLock { $0.insert(submission.owned(by: purse)).inserted }
    }

    func leave(_ submission: Submission, of purse: Purse) {
        _ = within.withLock { $0.remove(submission.owned(by: purse)) }
    }
}

extension Submission {
    /// A name, and whose it is.
    struct Owned: Hashable, Sendable {
        let key: String
        let purse: Purse
    }

    func owned(by purse: Purse) -> Owned { Owned(key: key, purse: purse) }
}
