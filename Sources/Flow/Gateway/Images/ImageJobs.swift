package import Commerce
package import Inference
package import Logging
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
    /// After a failure of its own an engine is left alone so long, doubled with each further one.
    let restMilliseconds: Int64
    private let known: Set<String>

    package init(
        models: [ImageModel], prices: PriceList, routes: ImageRoutes, ledger: any LedgerDesk, store: any LedgerStore,
        blobs: any BlobStore, darkroom: any Darkroom, signer: JobSigner, clock: any Clock, logger: Logger,
        restMilliseconds: Int64? = nil
    ) {
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

    /// Holds the money and keeps the job, in one; then it waits for an engine.
    /// - Throws: why nothing was held.
    package func submit(
        _ prompt: ImagePrompt, for caller: Caller, request: RequestID, callback: String? = nil
    ) async throws(Refusal) -> Ticket {
        let price = try price(of: prompt.model, for: caller)
        guard let first = routes.routes(to: prompt.model, for: caller.key.book).first else {
            throw .engineUnavailable(model: prompt.model)
        }
        let quote = Quote(price: price, inputBoundTokens: 0, inputFairTokens: 0, choices: 1, outputCap: 1)
        guard let cost = quote.bound else { throw .notPriceable }
        let record = newRecord(prompt, caller, request, callback, cost)
        guard await board.takeRoom(for: caller.purse) else { throw .busy }
        let machine = ImageJob(submitted: record.submitted, deadline: record.deadline)
        let hold = HoldRequest(request: request, key: caller.key.id, quote: quote, engine: first.engine.name)
        switch await ledger.perform(.openJob(hold, Job.sealed(record, machine))) {
        case .held(let funds):
            await board.add(Job(record, hold: funds.hold))
            return Ticket(id: record.id, signature: signature(of: record))
        case .refused(let refusal):
            await board.giveRoom(of: caller.purse)
            throw refusal
        default: preconditionFailure("a hold is granted or refused")
        }
    }

    private func price(of model: String, for caller: Caller) throws(Refusal) -> PriceVersion {
        guard known.contains(model) else { throw .modelUnknown(model: model) }
        guard caller.key.allows(model: model) else { throw .modelNotAllowed(model: model) }
        guard let price = prices.version(for: model, in: caller.key.book) else { throw .modelNotPriced(model: model) }
        return price
    }

    private func newRecord(_ prompt: ImagePrompt, _ caller: Caller, _ request: RequestID, _ callback: String?, _ cost: Money)
        -> JobRecord
    {
        var generator = SystemRandomNumberGenerator()
        let now = clock.now()
        return JobRecord(
            id: JobID.random(using: &generator), request: request, key: caller.key.id, purse: caller.purse, prompt: prompt,
            seed: prompt.seed ?? Int64.random(in: ImagePrompt.seedRange, using: &generator), callback: callback, cost: cost,
            submitted: now,
            deadline: Instant(microseconds: now.microseconds + ImageLimits.lifeSeconds * 1_000_000))
    }

    package func signature(of record: JobRecord) -> String {
        signer.signature(of: record.id, account: record.purse.account, submitted: record.submitted)
    }

    // MARK: Asking after it

    /// A job as its signature lets it be seen; nil for an unknown job and for a wrong signature.
    package func job(_ id: JobID, signature: String) async throws -> JobView? {
        if let view = await board.view(id) { return isSigned(view.record, signature) ? view : nil }
        guard let stored = try await stored(id) else {
            // As long as if there were one.
            _ = signer.isSignature(signature, of: id, account: AccountID(0), submitted: Instant(microseconds: 0))
            return nil
        }
        return isSigned(stored.record, signature) ? JobView(stored) : nil
    }

    private func isSigned(_ record: JobRecord, _ signature: String) -> Bool {
        signer.isSignature(signature, of: record.id, account: record.purse.account, submitted: record.submitted)
    }

    func stored(_ id: JobID) async throws -> Job? {
        try await withTaskExecutorPreference(globalConcurrentExecutor) { [store] in
            try store.job(id.value).map { stored in try Job(stored) }
        }
    }

    /// The job now, and again whenever it changes, until it is over; nil as for ``job(_:signature:)``.
    package func watch(_ id: JobID, signature: String) async throws -> AsyncStream<JobView>? {
        guard let view = try await job(id, signature: signature) else { return nil }
        if let stream = await board.watch(id) { return stream }
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
        guard !view.isOver, var job = await board.job(id) else { return try await self.job(id, signature: signature) }
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
        return true
    }
}
