import Commerce
import Synchronization

/// Lets one submission of a name through at a time. Every submission of this data directory comes by here, since one process alone
/// writes it: so a second one finds either this one under way or its job in the store.
final class SubmissionDoor: Sendable {
    private struct Name: Hashable {
        let key: String
        let purse: Purse
    }

    private let within = Mutex<Set<Name>>([])

    /// - Returns: false when one of this name is within.
    func enter(_ submission: Submission, of purse: Purse) -> Bool {
        within.withLock { $0.insert(Name(key: submission.key, purse: purse)).inserted }
    }

    func leave(_ submission: Submission, of purse: Purse) {
        _ = within.withLock { $0.remove(Name(key: submission.key, purse: purse)) }
    }
}
