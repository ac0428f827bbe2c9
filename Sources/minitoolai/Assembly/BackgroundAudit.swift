import Commerce
import Foundation
import Gateway
import Logging

/// Replays the whole ledger once while the server serves, in time that nobody else wants. What it finds quarantines the ledger.
///
/// It only reads, and nobody waits for it: when the process ends, it ends.
enum BackgroundAudit {
    static func start(_ books: Books, _ logger: Logger) {
        let thread = Thread {
            // On Linux this is the thread's own priority; 19 is the least.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            let disagreement: String
            switch Result(catching: { try books.store.verify() }) {
            case .success(.ok(let entries, _)): return logger.info("ledger.verified", metadata: ["entries": "\(entries)"])
            case .success(.disagreement(let sentence)): disagreement = sentence
            case .failure(let error): disagreement = "it cannot be read: \(error)"
            }
            books.ledger.stopAdmitting()
            logger.critical("ledger.quarantined", metadata: ["disagreement": "\(disagreement)"])
        }
        thread.name = "ledger audit"
        thread.start()
    }
}
