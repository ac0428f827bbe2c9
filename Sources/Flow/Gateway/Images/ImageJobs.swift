package import Commerce
package import Inference
package import Logging
import NIOCore
package import Units

/// Pictures by job: submitted with their money held, painted by whichever engine is free, charged when the picture is there.
///
/// A job and its hold are one commit, and so are its end and its settlement. So a crash at any moment leaves a job that goes on, or one
/// that is over and paid for, or not there at all.
package final class ImageJobs: Sendable {
    package let models: [ImageModel]
    package let prices: PriceList
    package let routes: ImageRoutes
    package let blobs: any BlobStore
    let ledger: any LedgerDesk
    let store: any LedgerStore
    let signer: JobSigner
    let darkroom: any Darkroom
    let clock: any Clock
    let logger: Logger
    let board: JobBoard
    /// nil: nobody is called back.
    package let callbacks: CallbackDesk?
    private let door = SubmissionDoor()
    /// After a failure of its own an engine is left alone so long, doubled with each further one.
    let restMilliseconds: Int64
    private let known: Set<String>
    private let limits: LimitDesk

    package init(
        models: [ImageModel], prices: PriceList, routes: ImageRoutes, ledger: any LedgerDesk, store: any LedgerStore,
        blobs: any BlobStore, darkroom: any Darkroom, signer: JobSigner, clock: any Clock, logger: Logger,
        limits: LimitDesk = .none, callbacks: CallbackDesk? = nil, restMilliseconds: Int64? = nil
    ) {
        self.limits = limits
        self.callbacks = callbacks
        self.restMilliseconds = restMilliseconds ?? ImageLimits.restMilliseconds
        self.models = models
        self.prices = prices
        self.routes = routes
        self.ledger = ledger
        self.store = store
        self.blobs = blobs
        self.darkroom = darkroom
        self.signer = signer
        self.clock = clock
        self.logger = logger
        known = Set(models.map(\.id))
        var engines: [JobBoard.Line: Set<String>] = [:]
        for model in models {
            for book in [Book.live, .test] {
                engines[JobBoard.Line(model: model.id, book: book)] = Set(
                    routes.routes(to: model.id, for: book).map(\.engine.name))
            }
        }
        board = JobBoard(enginesOfLine: engines)
    }

    package func isKnown(_ model: String) -> Bool { known.contains(model) }

    // MARK: Asking for a picture

    package struct Ticket: Sendable {
        package let id: JobID
        package let signature: String
    }

    /// Where the end of a job is to be told.
    package struct Callback: Sendable {
        let address: String
        /// As the caller reached this server; what is longer than a host can be is none.
        let host: String?

        package init(address: String, host: String?) {
            self.address = address
            self.host = host.flatMap { $0.utf8.count <= ImageLimits.hostBytesMax ? $0 : nil }
        }
    }

    /// Holds the money and keeps the job, in one; then it waits for an engine.
    /// - Parameter submission: the same once more, within a day, gets the same ticket, and nothing is held for it.
    /// - Throws: why nothing was held.
    package func submit(
        _ prompt: ImagePrompt, for caller: Caller, request: RequestID, callback: Callback? = nil, submission: Submission? = nil,
        isAwaited: Bool = false
    ) async throws(Refusal) -> Ticket {
        let wish = Wish(
            prompt: prompt, caller: caller, request: request, callback: callback, submission: submission, isAwaited: isAwaited,
            now: clock.now())
        guard let submission else { return try await open(wish) }
        guard door.enter(submission, of: caller.purse) else { throw .submissionInFlight }
        defer { door.leave(submission, of: caller.purse) }
        if let known = try await ticket(of: submission, caller.purse, at: wish.now) { return known }
        return try await open(wish)
    }

    private struct Wish: Sendable {
        let prompt: ImagePrompt
        let caller: Caller
        let request: RequestID
        let callback: Callback?
        let submission: Submission?
        let isAwaited: Bool
        let now: Instant
    }

    private func ticket(of submission: Submission, _ purse: Purse, at now: Instant) async throws(Refusal) -> Ticket? {
        let found: (job: StoredJob, submission: Submission)?
        do {
            found = try await withTaskExecutorPreference(globalConcurrentExecutor) { [store] in
                try store.submission(submission.key, of: purse, since: Submission.forgotten(at: now))
            }
        } catch { throw unreadable(error) }
        guard let found else { return nil }
        guard found.submission == submission else { throw .submissionNameTaken }
        let job = found.job.job
        let id = JobID(job.id)
        return Ticket(id: id, signature: signer.signature(of: id, account: purse.account, submitted: job.submitted))
    }

    private func unreadable(_ error: any Error) -> Refusal {
        logger.error("images.unreadable", metadata: ["error": "\(error)"])
        return .busy
    }

    private func open(_ wish: Wish) async throws(Refusal) -> Ticket {
        let (model, caller) = (wish.prompt.model, wish.caller)
        let price = try price(of: model, for: caller)
        guard let first = routes.routes(to: model, for: caller.key.book).first else { throw .engineUnavailable(model: model) }
        let quote = Quote(price: price, inputBoundTokens: 0, inputFairTokens: 0, choices: 1, outputCap: 1)
        guard let cost = quote.bound else { throw .notPriceable }
        // A job that waits costs nobody anything, so only its submission counts.
        do throws(RateRefusal) {
            let use = RateUse(spend: cost)
            limits.finish(try limits.take(caller.key, model: model, use, at: .now()), use)
        } catch { throw .rateLimited(error) }
        let record = newRecord(wish, cost)
        if record.callback != nil { try await requireRoomForCallback(of: caller.purse) }
        try await board.takeRoom(for: caller.purse)
        let machine = ImageJob(submitted: record.submitted, deadline: record.deadline)
        let hold = HoldRequest(request: record.request, key: caller.key.id, quote: quote, engine: first.engine.name)
        switch await ledger.perform(.openJob(hold, Job.sealed(record, machine, submission: wish.submission))) {
        case .held(let funds):
            await board.add(Job(record, hold: funds.hold))
            return Ticket(id: record.id, signature: signature(of: record))
        case .refused(let refusal):
            await board.giveRoom(of: caller.purse)
            throw refusal
        default: preconditionFailure("a hold is granted or refused")
        }
    }

    private func requireRoomForCallback(of purse: Purse) async throws(Refusal) {
        guard let callbacks else { return }
        let hasRoom: Bool
        do { hasRoom = try await callbacks.hasRoom(for: purse.account) } catch { throw unreadable(error) }
        guard hasRoom else { throw .busy }
    }

    private func price(of model: String, for caller: Caller) throws(Refusal) -> PriceVersion {
        guard known.contains(model) else { throw .modelUnknown(model: model) }
        guard caller.key.allows(model: model) else { throw .modelNotAllowed(model: model) }
        guard let price = prices.version(for: model, in: caller.key.book) else { throw .modelNotPriced(model: model) }
        return price
    }

    private func newRecord(_ wish: Wish, _ cost: Money) -> JobRecord {
        var generator = SystemRandomNumberGenerator()
        return JobRecord(
            id: JobID.random(using: &generator), request: wish.request, key: wish.caller.key.id, purse: wish.caller.purse,
            prompt: wish.prompt, seed: wish.prompt.seed ?? Int64.random(in: ImagePrompt.seedRange, using: &generator),
            callback: wish.callback?.address, host: wish.callback?.host, isAwaited: wish.isAwaited, cost: cost,
            submitted: wish.now,
            deadline: Instant(microseconds: wish.now.microseconds + ImageLimits.lifeSeconds * 1_000_000))
    }

    package func signature(of record: JobRecord) -> String {
        signer.signature(of: record.id, account: record.purse.account, submitted: record.submitted)
    }

    // MARK: Asking after it

    /// A job as its signature lets it be seen; nil for an unknown job and for a wrong signature.
    package func job(_ id: JobID, signature: String) async throws -> JobView? {
        if let view = await board.view(id) { return isSigned(view, signature) ? view : nil }
        guard let stored = try await stored(id) else {
            // As long as if there were one.
            _ = signer.isSignature(signature, of: id, account: AccountID(0), submitted: Instant(microseconds: 0))
            return nil
        }
        let view = JobView(stored)
        return isSigned(view, signature) ? view : nil
    }

    private func isSigned(_ job: JobView, _ signature: String) -> Bool {
        signer.isSignature(signature, of: job.id, account: job.purse.account, submitted: job.submitted)
    }

    func stored(_ id: JobID) async throws -> Job? {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { [store] in
            try store.job(id.value).map { stored in try Job(stored) }
        }
    }

    /// A job of the board with all that is known of it; nil when it is over.
    func unfinished(_ id: JobID) async throws -> Job? {
        guard let place = await board.place(of: id) else { return nil }
        return try await job(at: place)
    }

    func job(at place: JobBoard.Place) async throws -> Job? {
        switch place {
        case .worked(let job): job
        case .waiting(let waiting):
            try await withTaskExecutorPreference(globalConcurrentExecutor) { [store] in
                try store.job(waiting.id.value).map { stored in try Job(stored, waiting: waiting) }
            }
        }
    }

    /// The job now, and again whenever it changes, until it is over; nil as for ``job(_:signature:)``.
    /// - Parameter isPatient: it is waited for, not looked at: a server that goes down lets it wait as long as it can.
    package func watch(_ id: JobID, signature: String, isPatient: Bool = false) async throws -> AsyncStream<JobView>? {
        guard let view = try await job(id, signature: signature) else { return nil }
        if let stream = await board.watch(id, isPatient: isPatient) { return stream }
        // It came to its end between the two.
        let last = try await job(id, signature: signature) ?? view
        return AsyncStream {
            $0.yield(last)
            $0.finish()
        }
    }

    /// Ends the job and gives the money back, unless it is over already.
    /// - Returns: the job as it is now; nil as for ``job(_:signature:)``.
    package func cancel(_ id: JobID, signature: String) async throws -> JobView? {
        guard let view = try await job(id, signature: signature) else { return nil }
        guard !view.isOver, var job = try await unfinished(id) else { return try await self.job(id, signature: signature) }
        if case .release(let message) = job.machine.on(.cancelled, at: clock.now()) { await release(job, message) }
        return try await self.job(id, signature: signature)
    }

    // MARK: Ends

    /// Gives the money back and keeps how the job ended.
    func release(_ job: Job, _ message: String) async {
        var job = job
        job.ended = clock.now()
        let outcome = await ledger.perform(.closeJob(job.hold, units: nil, note: message, job.sealed))
        // Somebody else has ended it.
        guard case .closed = outcome else { return }
        logger.notice("image.released", metadata: ["job": "\(job.record.id)", "why": "\(message)"])
        await board.put(job)
        if job.record.callback != nil { await callbacks?.wake() }
    }

    /// Charges the picture and keeps the job as finished.
    /// - Returns: false when the job was over already: nothing is charged.
    func settle(_ job: Job) async -> Bool {
        var job = job
        job.ended = clock.now()
        guard case .nothing = job.machine.on(.settled, at: clock.now()), job.machine.isOver else { return false }
        let outcome = await ledger.perform(.closeJob(job.hold, units: 1, note: "job \(job.record.id)", job.sealed))
        guard case .closed = outcome else { return false }
        await board.put(job)
        if job.record.callback != nil { await callbacks?.wake() }
        return true
    }
}
