import Foundation
import Gateway

/// Verifies the ledger while the server serves, in time that nobody else wants.
///
/// It only reads, and nobody waits for it: when the process ends, it ends.
enum BackgroundAudit {
    /// - Parameter verifier: as it was when the server began to listen.
    static func start(_ verifier: LedgerVerifier) {
        let thread = Thread {
            // On Linux this is the thread's own priority; 19 is the least.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 19)
            var verifier = verifier
            while !verifier.isQuarantined {
                verifier.look(at: .now)
                Thread.sleep(forTimeInterval: Double(VerificationLimits.pauseSeconds))
            }
        }
        thread.name = "ledger audit"
        thread.start()
    }
}
