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
    private var outcome: LedgerOutcome?

    /// - Parameter then: nil when nobody waits.
    init(_ command: LedgerCommand, on tray: LedgerTray? = nil, then: (@Sendable (LedgerOutcome) -> Void)?) {
        self.command = command
        self.tray = tray
        self.then = then
    }

    func decide(_ outcome: LedgerOutcome) { self.outcome = outcome }

    /// What came of it. It must have been decided.
    var decided: LedgerOutcome {
        guard let outcome else { preconditionFailure("nobody is told before it is decided") }
        return outcome
    }

    /// To be called where the asker hears.
    func tell() { then?(decided) }

    /// Has the asker told.
    func hear(_ outcome: LedgerOutcome) {
        decide(outcome)
        if let tray { tray.put(CollectionOfOne(self)) } else { tell() }
    }
}
