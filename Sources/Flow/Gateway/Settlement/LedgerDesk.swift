package import Commerce

/// Where money is asked for: ``LedgerWriter`` when serving. The flow knows no more of it than this.
package protocol LedgerDesk: Sendable {
    /// Asks for `command`; `then` hears the outcome once it is durable, on a thread of the desk's own choosing.
    ///
    /// New holds are refused with ``Refusal/busy`` while too much waits, and with ``Refusal/notAdmitting`` once the server is
    /// going down; whatever settles or releases is always taken.
    func submit(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void)

    /// The same for what the chats of one loop asked, in order: who asked hears by way of the tray.
    func submit(_ asks: [LedgerAsk])

    /// Notes something that matters only after a crash. It rides along with the next commit and nobody waits for it.
    func note(_ command: LedgerCommand)
}

extension LedgerDesk {
    package func submit(_ asks: [LedgerAsk]) {
        for ask in asks {
            submit(ask.command) { ask.hear($0) }
        }
    }

    /// Asks and waits. Only the outcome ends the wait: no cancellation of the asking task reaches the ledger.
    package nonisolated(nonsending) func perform(_ command: LedgerCommand) async -> LedgerOutcome {
        await withUnsafeContinuation { continuation in
            submit(command) { continuation.resume(returning: $0) }
        }
    }
}
