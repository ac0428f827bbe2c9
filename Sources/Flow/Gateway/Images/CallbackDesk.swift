package import Commerce
package import Inference
package import Logging
package import NIOCore
import Units

/// Tells the ends of jobs to whoever asked to be told: at least once, and again after a failure, until it is delivered or given up.
///
/// That something is to be told is durable from the commit on that ended the job, and so is what has been tried. So the queue is the
/// store's; here is only what is under way.
package actor CallbackDesk {
    package nonisolated let signer: CallbackSigner
    private let sender: any CallbackSender
    /// What is said of a job that is over; nil: nothing can be.
    private let body: @Sendable (JobView) -> ByteBuffer?
    private let ledger: any LedgerDesk
    private nonisolated let store: any LedgerStore
    private let clock: any Clock
    private let logger: Logger
    private let pausesMilliseconds: [Int64]
    private let lookMilliseconds: Int64
    private var underWay: [Int64: AccountID] = [:]
    private var isStopped = false
    private var isWoken = false
    private var sleeper: CheckedContinuation<Void, Never>?

    /// - Parameters:
    ///   - pausesMilliseconds: between attempts; nil: as long as is good.
    ///   - lookMilliseconds: how often it is looked for what is due; nil: as often as is good.
    package init(
        signer: CallbackSigner, sender: any CallbackSender, ledger: any LedgerDesk, store: any LedgerStore, clock: any Clock,
        logger: Logger, pausesMilliseconds: [Int64]? = nil, lookMilliseconds: Int64? = nil,
        body: @escaping @Sendable (JobView) -> ByteBuffer?
    ) {
        self.signer = signer
        self.sender = sender
        self.body = body
        self.ledger = ledger
        self.store = store
        self.clock = clock
        self.logger = logger
        self.pausesMilliseconds = pausesMilliseconds ?? CallbackLimits.pausesMilliseconds
        self.lookMilliseconds = lookMilliseconds ?? CallbackLimits.lookMilliseconds
    }

    /// Whether one more job of the account may ask to be called back.
    nonisolated func hasRoom(for account: AccountID) async throws -> Bool {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { [store] in
            try store.owedCallbacks(of: account) < CallbackLimits.owedPerAccountMax
        }
    }

    // MARK: Its life

    /// Tells what is to be told until it is stopped; what is under way then is waited for, so that nobody is told twice without need.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.lookNowAndThen() }
            while !isStopped {
                for callback in await takeDue() { group.addTask { await self.tell(callback) } }
                await sleep()
            }
            // The clock alone heeds it.
            group.cancelAll()
        }
    }

    func stop() {
        isStopped = true
        wake()
    }

    /// Something may be due, or there is room for it again.
    func wake() {
        isWoken = true
        sleeper?.resume()
        sleeper = nil
    }

    private func sleep() async {
        if !isWoken { await withCheckedContinuation { sleeper = $0 } }
        isWoken = false
    }

    private func lookNowAndThen() async {
        while (try? await Task.sleep(for: .milliseconds(lookMilliseconds))) != nil { wake() }
    }

    // MARK: What is due

    /// Marks it as under way.
    private func takeDue() async -> [OwedCallback] {
        var taken: [OwedCallback] = []
        while underWay.count < CallbackLimits.attemptsMax {
            let found: [OwedCallback]
            do { found = try await due() } catch {
                logger.error("callbacks.unreadable", metadata: ["error": "\(error)"])
                return taken
            }
            guard !found.isEmpty else { return taken }
            // Of an account that has its fill the rest is left where it is; the next look goes past it.
            for callback in found where !busyAccounts.contains(callback.account) {
                underWay[callback.stored.job.id] = callback.account
                taken.append(callback)
            }
        }
        return taken
    }

    private func due() async throws -> [OwedCallback] {
        let (now, jobs, accounts) = (clock.now(), Set(underWay.keys), busyAccounts)
        let limit = CallbackLimits.attemptsMax - underWay.count
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { [store] in
            try store.owedCallbacks(at: now, without: jobs, accounts: accounts, limit: limit)
        }
    }

    private var busyAccounts: Set<AccountID> {
        let counts = underWay.values.reduce(into: [AccountID: Int]()) { $0[$1, default: 0] += 1 }
        return Set(counts.filter { $0.value >= CallbackLimits.attemptsPerAccountMax }.keys)
    }

    // MARK: One attempt

    private func tell(_ callback: OwedCallback) async {
        let id = callback.stored.job.id
        await note(callback, await attempt(callback))
        underWay[id] = nil
        wake()
    }

    private func attempt(_ callback: OwedCallback) async -> CallbackOutcome? {
        guard let job = try? Job(callback.stored), let address = job.record.callback, let body = body(JobView(job)) else {
            return nil
        }
        let signed = signer.signed(body, of: job.record.id, to: address, for: callback.account, at: clock.now())
        let outcome = await sender.send(signed)
        Failpoint.reach(.callbackSent)
        return outcome
    }

    /// Writes down what came of it: nil means that nothing can ever be told of this job.
    private func note(_ callback: OwedCallback, _ outcome: CallbackOutcome?) async {
        let (job, attempts) = (callback.stored.job.id, callback.attempts + 1)
        let metadata: Logger.Metadata = ["job": "\(job)", "attempts": "\(attempts)"]
        func forget() async { _ = await ledger.perform(.noteCallback(CallbackStanding(job: job, attempts: attempts, due: nil))) }
        func giveUp(_ why: String) async {
            await forget()
            logger.warning("callback.given_up", metadata: metadata.merging(["why": "\(why)"]) { $1 })
        }
        switch outcome {
        case .delivered:
            await forget()
            logger.info("callback.delivered", metadata: metadata)
        case .gone: await giveUp("answered 410")
        case .failed(let why) where attempts > pausesMilliseconds.count: await giveUp(why)
        case .failed(let why):
            let due = Instant(microseconds: clock.now().microseconds + pausesMilliseconds[attempts - 1] * 1000)
            _ = await ledger.perform(.noteCallback(CallbackStanding(job: job, attempts: attempts, due: due)))
            logger.notice("callback.failed", metadata: metadata.merging(["why": "\(why)"]) { $1 })
        case nil: await giveUp("there is nothing to tell")
        }
    }
}
