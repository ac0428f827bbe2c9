package import Commerce
import Dispatch
import Foundation
package import Logging
import Synchronization
package import Units

/// The one place where money changes: a thread of its own that takes commands from a bounded inbox, decides each with
/// ``Ledger/step(_:at:)``, makes a whole batch durable in one commit and only then tells anyone the outcome.
///
/// Nothing a caller does reaches in here: a command that was submitted is carried out, whether or not somebody still waits
/// for it. A commit that fails ends the process, because nobody can know what is on the disk; the next start recovers.
package final class LedgerWriter: Sendable {
    private struct Item: Sendable {
        let command: LedgerCommand
        let then: (@Sendable (LedgerOutcome) -> Void)?
    }

    private struct Inbox: Sendable {
        var items: [Item] = []
        var signalled = false
        var closed = false
        var admitting = true
    }

    private let inbox = Mutex(Inbox())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let store: any LedgerStore
    private let clock: any Clock
    private let logger: Logger
    private let published: Mutex<Published>

    /// What others may read without waiting, as of the last commit.
    private struct Published: Sendable {
        var balances: [Purse: Balance]
        var accounts: [AccountID: AccountRecord]
        var spent: [KeyID: Money]
    }

    /// - Parameter ledger: as recovery left it; the writer owns it from here.
    package init(ledger: Ledger, store: any LedgerStore, clock: any Clock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
        published = Mutex(Published(balances: ledger.balances, accounts: ledger.accounts, spent: ledger.spent))
        let thread = Thread { [self] in run(ledger) }
        thread.name = "ledger"
        thread.start()
    }

    /// The balance as of the last commit.
    package func balance(of purse: Purse) -> Balance { published.withLock { $0.balances[purse] ?? .zero } }

    /// Every account, in order of creation, as of the last commit.
    package var accounts: [AccountRecord] {
        published.withLock { $0.accounts.values.sorted { $0.id < $1.id } }
    }

    package func account(_ id: AccountID) -> AccountRecord? { published.withLock { $0.accounts[id] } }

    /// What a key has spent in all, as of the last commit.
    package func spent(by key: KeyID) -> Money { published.withLock { $0.spent[key] ?? .zero } }

    /// Asks for `command`; `then` hears the outcome after the commit, on the writer's thread (at once when it is refused here).
    ///
    /// New holds are refused with ``Refusal/busy`` while the inbox is full, and with ``Refusal/notAdmitting`` once the server is
    /// going down; whatever settles or releases is always taken.
    package func submit(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) {
        let refusal: Refusal? = inbox.withLock { inbox in
            if case .hold = command {
                guard inbox.admitting else { return .notAdmitting }
                guard inbox.items.count < Limits.inboxCommandsMax else { return .busy }
            }
            precondition(!inbox.closed, "the ledger is asked nothing after it closed")
            inbox.items.append(Item(command: command, then: then))
            if !inbox.signalled {
                inbox.signalled = true
                wake.signal()
            }
            return nil
        }
        if let refusal { then(.refused(refusal)) }
    }

    /// Notes something that matters only after a crash. It rides along with the next commit, at the latest
    /// ``Limits/noteDelayMilliseconds`` later, and nobody waits for it.
    package func note(_ command: LedgerCommand) {
        inbox.withLock { inbox in
            guard !inbox.closed, inbox.items.count < Limits.inboxCommandsMax else { return }
            inbox.items.append(Item(command: command, then: nil))
        }
    }

    /// Asks and waits. Only the outcome ends the wait: no cancellation of the asking task reaches the ledger.
    package func perform(_ command: LedgerCommand) async -> LedgerOutcome {
        await withUnsafeContinuation { continuation in
            submit(command) { continuation.resume(returning: $0) }
        }
    }

    /// From now on new holds are refused.
    package func stopAdmitting() { inbox.withLock { $0.admitting = false } }

    package var isAdmitting: Bool { inbox.withLock { $0.admitting } }

    /// Carries out what was asked and ends the thread. To be called once, when nobody asks any more.
    package func close() {
        inbox.withLock { $0.closed = true }
        wake.signal()
        ended.wait()
    }

    private func run(_ start: Ledger) {
        var ledger = start
        while true {
            _ = wake.wait(timeout: .now() + .milliseconds(Limits.noteDelayMilliseconds))
            let (items, closed) = inbox.withLock { inbox in
                let items = inbox.items
                inbox.items = []
                inbox.signalled = false
                return (items, inbox.closed)
            }
            if !items.isEmpty { carryOut(items, on: &ledger) }
            if closed { break }
        }
        ended.signal()
    }

    private func carryOut(_ items: [Item], on ledger: inout Ledger) {
        let now = clock.now()
        var records: [LedgerRecord] = []
        var outcomes: [LedgerOutcome] = []
        records.reserveCapacity(items.count * 3)
        outcomes.reserveCapacity(items.count)
        for item in items {
            let step = ledger.step(item.command, at: now)
            records.append(contentsOf: step.records)
            outcomes.append(step.outcome)
        }
        if !records.isEmpty {
            do { try store.commit(records) } catch { die(of: error) }
            publish(records)
        }
        for (item, outcome) in zip(items, outcomes) { item.then?(outcome) }
    }

    private func publish(_ records: [LedgerRecord]) {
        published.withLock { published in
            for record in records {
                switch record {
                case .entry(let entry):
                    let purse = Purse(account: entry.account, book: entry.book)
                    published.balances[purse] = Balance(available: entry.availableAfter, held: entry.heldAfter)
                case .account(let account): published.accounts[account.id] = account
                case .keySpent(let key, let spent): published.spent[key] = spent
                default: break
                }
            }
        }
    }

    /// After a failed commit nothing is known; going on could promise what is not on the disk (ledger rule R6).
    private func die(of error: any Error) -> Never {
        logger.critical("ledger.commit_failed", metadata: ["error": "\(error)"])
        FileHandle.standardError.write(
            Data("the ledger could not be written: \(error); the server ends here and recovers at its next start\n".utf8))
        exit(74)
    }
}
