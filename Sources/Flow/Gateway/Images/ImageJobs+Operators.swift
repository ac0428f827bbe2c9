import Commerce
package import Inference
import Logging
package import Units

/// A job as operators see it.
package struct JobStanding: Sendable {
    package let view: JobView
    package let record: JobRecord
    /// Who paints it, or has.
    package let engine: String?
    /// Since when an engine is at it.
    package let since: Instant?

    init(_ job: Job, view: JobView) {
        self.view = view
        record = job.record
        switch job.machine.state {
        case .running(let name, let begun): (engine, since) = (name, begun)
        case .painted(let result), .finished(let result): (engine, since) = (result.engine, nil)
        case .queued, .failed, .cancelled: (engine, since) = (nil, nil)
        }
    }
}

/// Which jobs an operator wants to see; nil: all.
package struct JobFilter: Sendable {
    package enum State: String, CaseIterable, Sendable {
        case queued, running, finished, failed, cancelled

        var isOver: Bool { self != .queued && self != .running }
    }

    package let state: State?
    package let account: AccountID?

    package init(state: State?, account: AccountID?) {
        self.state = state
        self.account = account
    }

    func takes(_ account: AccountID, _ state: State) -> Bool {
        (self.account == nil || self.account == account) && (self.state == nil || self.state == state)
    }
}

extension JobFilter.State {
    package init(_ state: ImageJob.State) {
        switch state {
        case .queued: self = .queued
        case .running, .painted: self = .running
        case .finished: self = .finished
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        }
    }
}

/// What operators do with jobs, for which they need no signature.
extension ImageJobs {
    /// - Returns: the oldest that are not over, up to ``ImageLimits/listedMax``, and how many more there are.
    package func unfinished(_ filter: JobFilter) async throws -> (jobs: [JobStanding], unlisted: Int) {
        guard filter.state?.isOver != true else { return ([], 0) }
        let (oldest, unlisted) = await board.oldest(limit: ImageLimits.listedMax, filter.takes)
        var jobs: [JobStanding] = []
        for id in oldest { if let standing = try await standing(of: id), !standing.view.isOver { jobs.append(standing) } }
        return (jobs, unlisted)
    }

    /// Those that were submitted last, newest first, up to ``ImageLimits/listedOverMax``.
    package func ended(_ filter: JobFilter) async throws -> [JobStanding] {
        guard filter.state?.isOver != false else { return [] }
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            var found: [JobStanding] = []
            var last: HoldID?
            for _ in 0..<ImageLimits.listedPagesMax {
                let page = try store.endedJobs(of: filter.account, before: last, limit: ImageLimits.listedOverMax)
                for job in page.compactMap(readable)
                where filter.takes(job.record.purse.account, JobFilter.State(job.machine.state))
                    && found.count < ImageLimits.listedOverMax
                {
                    found.append(JobStanding(job, view: JobView(job)))
                }
                last = page.last?.hold
                if page.count < ImageLimits.listedOverMax || found.count == ImageLimits.listedOverMax { break }
            }
            return found
        }
    }

    /// One that cannot be read is no reason to show none of the others.
    private func readable(_ stored: StoredJob) -> Job? {
        do { return try Job(stored) } catch {
            logger.error("image.unreadable", metadata: ["job": "\(stored.job.id)"])
            return nil
        }
    }

    /// nil: there is no such job.
    package func standing(of id: JobID) async throws -> JobStanding? {
        guard let place = await board.place(of: id), let view = await board.view(id) else {
            return try await stored(id).map { JobStanding($0, view: JobView($0)) }
        }
        return try await job(at: place).map { JobStanding($0, view: view) }
    }

    package enum Cancellation: Sendable {
        case cancelled(JobStanding)
        /// It was over already: nothing changed.
        case over(JobStanding)
        /// The ledger could not write it down: the job goes on.
        case hindered
    }

    /// Ends the job and gives the money back, unless it is over.
    /// - Returns: nil: there is no such job.
    package func callOff(_ id: JobID) async throws -> Cancellation? {
        if var job = try await unfinished(id), case .release(let message) = job.machine.on(.cancelled, at: clock.now()) {
            await release(job, message)
            guard let after = try await standing(of: id), after.view.isOver else { return .hindered }
            if case .cancelled = after.view.state { return .cancelled(after) }
            return .over(after)
        }
        return try await standing(of: id).map { $0.view.isOver ? .over($0) : .hindered }
    }
}
