import Commerce
package import NIOCore
import Synchronization

/// What goes between the chats of one event loop and the ledger. There: what was asked in one turn of the loop is submitted at its end,
/// all at once, so that a crowd shares a commit without anybody waiting by the clock. Back: one wake-up of the loop serves every outcome
/// that arrives until it looks.
///
/// `@unchecked Sendable`: `asks` is touched on `loop` only.
package final class LedgerTray: @unchecked Sendable {
    let loop: any EventLoop
    private let ledger: any LedgerDesk
    private var asks: [LedgerAsk] = []
    private let told = Mutex<[LedgerAsk]>([])

    package init(_ loop: any EventLoop, ledger: any LedgerDesk) {
        self.loop = loop
        self.ledger = ledger
    }

    /// So many are submitted before the turn has ended: the ledger need not wait for a turn of hundreds.
    private static let asksMax = 64

    /// Asks for `command`; `then` hears the outcome on the loop, in the order of these calls and never from within them. To be called on
    /// the loop.
    func ask(_ command: consuming LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) {
        loop.assertInEventLoop()
        asks.append(LedgerAsk(command, on: self, then: then))
        if asks.count == 1 { loop.execute { self.submit() } }
        if asks.count == LedgerTray.asksMax { submit() }
    }

    private func submit() {
        if asks.isEmpty { return }
        ledger.submit(asks)
        asks.removeAll(keepingCapacity: true)
    }

    /// From any thread: who asked hears what came of it.
    func put(_ decided: some Collection<LedgerAsk>) {
        if decided.isEmpty { return }
        let areFirst = told.withLock { told in
            defer { told.append(contentsOf: decided) }
            return told.isEmpty
        }
        if areFirst { loop.execute { self.handOut() } }
    }

    private func handOut() {
        let waiting = told.withLock { told in
            defer {
                told = []
                // Mostly as many come the next time.
                told.reserveCapacity(8)
            }
            return told
        }
        for ask in waiting { ask.tell() }
    }
}
