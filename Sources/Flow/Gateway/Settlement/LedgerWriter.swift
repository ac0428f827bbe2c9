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
/// for it. On a full disk nothing new is begun and what is under way is tried again. Any other failure of a commit ends the
/// process, because nobody can know what is on the disk; the next start recovers.
package final class LedgerWriter: LedgerDesk {
    private struct Desk: Sendable {
        var inbox = LedgerInbox(commandsMax: Limits.inboxCommandsMax)
        /// Somebody waits.
        var signalled = false
        /// Something was noted, and nobody waits for it.
        var noted = false

        /// - Returns: whether the thread is to be woken.
        mutating func signal() -> Bool {
            defer { signalled = true }
            return !signalled
        }
    }

    private let desk = Mutex(Desk())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let store: any LedgerStore
    private let clock: any Clock
    private let logger: Logger
    private let published: Mutex<PublishedBooks>
    private let counted = Mutex(LedgerFigures())

    /// - Parameter ledger: as recovery left it; the writer owns it from here.
    package init(ledger: Ledger, store: any LedgerStore, clock: any Clock, logger: Logger) {
        self.store = store
        self.clock = clock
        self.logger = logger
        published = Mutex(PublishedBooks(ledger))
        if !store.hasRoom() {
            logger.critical("ledger.hindered", metadata: ["by": "full"])
            desk.withLock { $0.inbox.isHindered = true }
        }
        let thread = Thread { [self] in run(ledger) }
        thread.name = "ledger"
        thread.start()
    }

    /// The balance as of the last commit.
    package func balance(of purse: Purse) -> Balance { published.withLock { $0.balance(of: purse) } }

    /// Every account, in order of creation, as of the last commit.
    package var accounts: [AccountRecord] {
        published.withLock { $0.accounts.values.sorted { $0.id < $1.id } }
    }

    package func account(_ id: AccountID) -> AccountRecord? { published.withLock { $0.accounts[id] } }

    /// What was counted up to the last commit, and what waits now.
    package var figures: LedgerFigures {
        var figures = counted.withLock { $0 }
        (figures.waiting, figures.isHindered) = desk.withLock { ($0.inbox.count, $0.inbox.isHindered) }
        return figures
    }

    /// All that lies on the disk up to `entry` agrees, as a look that began at `now` found.
    func noteVerified(upTo entry: EntryID, at now: ContinuousClock.Instant) {
        counted.withLock { $0.noteVerified(upTo: entry, at: now) }
    }

    /// What a key has spent in all, as of the last commit.
    package func spent(by key: KeyID) -> Money { published.withLock { $0.spent(by: key) } }

    /// Codes, orders and debts as of the last commit.
    package var topUps: TopUpBook { published.withLock { $0.topUps } }

    /// Who may sign in and who has, as of the last commit.
    package var people: People { published.withLock { $0.people } }

    /// Every version of every price, in order of creation, as of the last commit.
    package var prices: [PriceVersion] { published.withLock { $0.prices } }

    /// Asks for `command`; `then` hears the outcome after the commit, on the writer's thread (at once when it is refused here).
    package func submit(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) {
        let (refusal, isFirst): (Refusal?, Bool) = desk.withLock { desk in
            if let refusal = desk.inbox.add(command, then: then) { return (refusal, false) }
            return (nil, desk.signal())
        }
        if isFirst { wake.signal() }
        if let refusal { then(.refused(refusal)) }
    }

    package func submit(_ asks: [LedgerAsk]) {
        let (refused, isFirst) = desk.withLock { desk in
            var refused: [(LedgerAsk, Refusal)] = []
            for ask in asks {
                if let refusal = desk.inbox.add(ask) { refused.append((ask, refusal)) }
            }
            return (refused, refused.count < asks.count && desk.signal())
        }
        // Who wakes up needs the lock.
        if isFirst { wake.signal() }
        for (ask, refusal) in refused { ask.hear(.refused(refusal)) }
    }

    /// Notes something that matters only after a crash. It rides along with the next commit, at the latest
    /// ``Limits/noteDelayMilliseconds`` later, and nobody waits for it.
    package func note(_ command: LedgerCommand) {
        desk.withLock { desk in
            desk.inbox.note(command)
            guard !desk.signalled, !desk.noted else { return }
            desk.noted = true
            wake.signal()
        }
    }

    /// From now on new holds are refused.
    package func stopAdmitting() { desk.withLock { $0.inbox.stopAdmitting() } }

    package var isAdmitting: Bool { desk.withLock { $0.inbox.isAdmitting } }

    /// Carries out what was asked and ends the thread. To be called once, when nobody asks any more.
    package func close() {
        desk.withLock { $0.inbox.close() }
        wake.signal()
        ended.wait()
    }

    private func run(_ start: Ledger) {
        var ledger = start
        var mustWait = true
        var hasWorked = false
        var isHindered = desk.withLock { $0.inbox.isHindered }
        while true {
            let isPause = mustWait && !waitForWork(isRestless: hasWorked || isHindered)
            let (items, isClosed, hindered) = desk.withLock { desk in
                (desk.signalled, desk.noted) = (false, false)
                let items = desk.inbox.take(Limits.batchCommandsMax)
                mustWait = desk.inbox.isEmpty
                return (items, desk.inbox.isClosed, desk.inbox.isHindered)
            }
            if !items.isEmpty {
                carryOut(items, on: &ledger)
                hasWorked = true
            } else if isPause, hasWorked {
                do { try store.rest() } catch { die(of: error) }
                hasWorked = false
            }
            isHindered = hindered
            if isHindered, store.hasRoom() {
                resume()
                isHindered = false
            }
            if isClosed, mustWait { break }
        }
        do { try store.rest() } catch { die(of: error) }
        ended.signal()
    }

    /// Until somebody asks for something, or what was noted has waited for company long enough.
    /// - Parameter isRestless: there is something to do in a pause, too.
    /// - Returns: false when a pause has come instead.
    private func waitForWork(isRestless: Bool) -> Bool {
        let pause = DispatchTime.now() + .milliseconds(Limits.restDelayMilliseconds)
        guard wake.wait(timeout: isRestless ? pause : .distantFuture) == .success else { return false }
        if desk.withLock({ !$0.signalled && !$0.inbox.isClosed }) {
            _ = wake.wait(timeout: .now() + .milliseconds(Limits.noteDelayMilliseconds))
        }
        return true
    }

    private func carryOut(_ items: [LedgerAsk], on ledger: inout Ledger) {
        let start = ContinuousClock.now
        let batch = LedgerBatch(items, decidedBy: &ledger, at: clock.now())
        if !batch.records.isEmpty {
            do {
                try store.commit(batch.records)
            } catch let hindrance as StoreHindrance {
                return persevere(with: items, against: hindrance, on: &ledger)
            } catch {
                die(of: error)
            }
            published.withLock { $0.publish(batch.records) }
        }
        let committed = (ContinuousClock.now - start) / .microseconds(1)
        counted.withLock {
            $0.note(batch.asks, microseconds: Int(committed), holdsOpen: ledger.openHolds.count + ledger.jobHoldCount)
        }
        batch.tell()
        guard items.count >= Limits.batchCommandsTelling else { return }
        let microseconds = max((ContinuousClock.now - start) / .microseconds(1), 1)
        desk.withLock { $0.inbox.expect(commandsPerSecond: Int(Double(items.count) * 1_000_000 / microseconds)) }
    }

    /// A commit of which nothing was written: nothing new is begun, and what settles or releases is tried again, its askers
    /// waiting, until the store takes it.
    private func persevere(with items: [LedgerAsk], against hindrance: StoreHindrance, on ledger: inout Ledger) {
        logger.critical("ledger.hindered", metadata: ["by": "\(hindrance)"])
        let waiting = desk.withLock { desk in
            desk.inbox.isHindered = true
            return desk.inbox.take()
        }
        let kept = (items + waiting).filter { item in
            guard item.command.beginsSomething else { return true }
            item.hear(.refused(.busy))
            return false
        }
        let deadline = ContinuousClock.now + .seconds(Limits.hindranceSeconds)
        while true {
            if hindrance == .full { store.makeRoom() }
            do {
                // The store is where the last commit left it, and so the ledger must be before it decides again.
                ledger = Ledger(try store.load(), epoch: ledger.epoch)
                let batch = LedgerBatch(kept, decidedBy: &ledger, at: clock.now())
                if !batch.records.isEmpty {
                    try store.commit(batch.records)
                    published.withLock { $0.publish(batch.records) }
                }
                return batch.tell()
            } catch is StoreHindrance where ContinuousClock.now < deadline {
                Thread.sleep(forTimeInterval: Double(Limits.hindrancePauseMilliseconds) / 1000)
            } catch {
                die(of: error)
            }
        }
    }

    private func resume() {
        desk.withLock { $0.inbox.isHindered = false }
        logger.notice("ledger.resumed")
    }

    /// After a failed commit nothing is known; going on could promise what is not on the disk (ledger rule R6). Nothing is run
    /// on the way out that could wait for anything.
    private func die(of error: any Error) -> Never {
        FileHandle.standardError.write(
            Data("the ledger could not be written: \(error); the server ends here and recovers at its next start\n".utf8))
        _exit(74)
    }
}
