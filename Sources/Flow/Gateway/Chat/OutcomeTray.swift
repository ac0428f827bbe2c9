import Commerce
package import NIOCore
import Synchronization

/// What the ledger has decided for the chats of one event loop, on its way there: one wake-up of the loop serves every outcome that
/// arrives until it looks, so a batch of the ledger costs each loop one.
package final class OutcomeTray: Sendable {
    let loop: any EventLoop
    private let items = Mutex<[Item]>([])

    private struct Item: Sendable {
        let outcome: LedgerOutcome
        let then: @Sendable (LedgerOutcome) -> Void
    }

    package init(_ loop: any EventLoop) { self.loop = loop }

    /// Has `then` hear the outcome on the loop, in the order of these calls and never from within them.
    func put(_ outcome: LedgerOutcome, then: @escaping @Sendable (LedgerOutcome) -> Void) {
        let isFirst = items.withLock { items in
            items.append(Item(outcome: outcome, then: then))
            return items.count == 1
        }
        if isFirst { loop.execute { self.handOut() } }
    }

    private func handOut() {
        let waiting = items.withLock { items in
            defer {
                items = []
                // Mostly as many come the next time.
                items.reserveCapacity(8)
            }
            return items
        }
        for item in waiting { item.then(item.outcome) }
    }
}
