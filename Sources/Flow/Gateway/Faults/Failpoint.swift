package import Commerce

#if DEBUG
    import Foundation
    import Synchronization
#endif

/// A named moment of a chat or a job at which a test ends the process as a power cut would: `MINITOOLAI_FAILPOINTS="settle.committed=kill@3"`
/// does so when the third settlement is durable and nobody was told yet.
///
/// Only debug builds know how. In a release build nothing is read from the environment and a moment costs no instruction.
package enum Failpoint: String, CaseIterable, Sendable {
    case holdCommitting = "hold.committing"
    case holdCommitted = "hold.committed"
    /// The hold is durable; the engine's request is about to be written.
    case engineAsking = "engine.asking"
    case engineAccepted = "engine.accepted"
    /// A piece of an answer came and was counted.
    case answerDelivering = "answer.delivering"
    /// The answer is over and its bill is known.
    case answerEnded = "answer.ended"
    case settleCommitting = "settle.committing"
    case settleCommitted = "settle.committed"
    case terminatorSent = "terminator.sent"
    /// An engine is about to be given a job, and that is durable.
    case imageClaimed = "image.claimed"
    /// The picture is kept; it is not paid for yet.
    case imagePainted = "image.painted"
    /// A callback was answered, or failed; nobody has written that down yet.
    case callbackSent = "callback.sent"

    #if DEBUG
        package static func reach(_ point: Failpoint) { FailpointPlan.current.reached(point) }

        /// The store with what the plan does to it.
        package static func around(_ store: any LedgerStore) -> any LedgerStore {
            FailpointPlan.current.isEmpty ? store : FaultyStore(store, bug: FailpointPlan.current.bug)
        }
    #else
        @inlinable
        package static func reach(_ point: Failpoint) {}

        @inlinable
        package static func around(_ store: any LedgerStore) -> any LedgerStore { store }
    #endif
}

#if DEBUG
    /// What `MINITOOLAI_FAILPOINTS` asks for: `POINT=kill@N` and `bug=NAME`, separated by commas.
    final class FailpointPlan: Sendable {
        /// A slip of the pen ends the process: a test that breaks nothing proves nothing.
        static let current = FailpointPlan(ProcessInfo.processInfo.environment["MINITOOLAI_FAILPOINTS"] ?? "")

        let bug: PlantedBug.Name?
        private let kills: [Failpoint: Int]
        private let passes = Mutex<[Failpoint: Int]>([:])

        var isEmpty: Bool { bug == nil && kills.isEmpty }

        init(_ text: String) {
            var bug: PlantedBug.Name?
            var kills: [Failpoint: Int] = [:]
            for item in text.split(separator: ",") {
                let parts = item.split(separator: "=", maxSplits: 1).map(String.init)
                if parts.count == 2, parts[0] == "bug", let name = PlantedBug.Name(rawValue: parts[1]) {
                    bug = name
                } else if parts.count == 2, let point = Failpoint(rawValue: parts[0]), let pass = FailpointPlan.pass(parts[1]) {
                    kills[point] = pass
                } else {
                    FileHandle.standardError.write(Data("MINITOOLAI_FAILPOINTS: nothing is known of '\(item)'\n".utf8))
                    exit(64)
                }
            }
            self.bug = bug
            self.kills = kills
        }

        /// `kill` and `kill@3`.
        private static func pass(_ action: String) -> Int? {
            guard action.hasPrefix("kill") else { return nil }
            let rest = action.dropFirst(4)
            return rest.isEmpty ? 1 : rest.first == "@" ? Int(rest.dropFirst()) : nil
        }

        func reached(_ point: Failpoint) {
            guard let pass = kills[point] else { return }
            let isNow = passes.withLock { passes in
                passes[point, default: 0] += 1
                return passes[point] == pass
            }
            guard isNow else { return }
            kill(getpid(), SIGKILL)
            // The signal is on its way; nothing more is done here.
            while true { pause() }
        }
    }
#endif
