package import Commerce

/// A command on its way through the ledger: what is asked, then what came of it, and who hears that.
///
/// `@unchecked Sendable`: one at a time has it, and it is handed on under a lock. ``outcome`` is written by who decides, before who asked
/// is told.
package final class LedgerAsk: @unchecked Sendable {
    package let command: LedgerCommand
    /// Whose loop the asker hears on; nil: on the ledger's own thread.
    let tray: LedgerTray?
    private let then: (@Sendable (LedgerOutcome) -> Void)?
    /// What came of it, between the decision and the telling.
    private(set) var outcome: LedgerOutcome?

    /// - Parameter then: nil when nobody waits.
    init(_ command: LedgerCommand, on tray: LedgerTray? = nil, then: (@Sendable (LedgerOutcome) -> Void)?) {
        self.command = command
        self.tray = tray
        self.then = then
    }

    func decide(_ outcome: LedgerOutcome) { self.outcome = outcome }

    /// To be called once, where the asker hears. It must have been decided. What came of it is moved out instead of copied, which
    /// counts every reference in it; whoever wants to see it looks before.
    func tell() {
        guard let told = outcome.take() else { preconditionFailure("nobody is told before it is decided, or twice") }
        then?(told)
    }

    /// Has the asker told.
    func hear(_ outcome: LedgerOutcome) {
        decide(outcome)
        if let tray { tray.put(CollectionOfOne(self)) } else { tell() }
    }
}
