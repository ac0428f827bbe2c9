import Commerce
import Gateway
import Inference
import Units
import Wire

/// What operators ask about pictures.
struct ImageControl: Sendable {
    let administration: Administration
    let jobs: @Sendable () async throws -> ImageJobs

    func list(state: String?, account: String?, all: Bool) async throws -> ImageJobsDocument {
        let filter = JobFilter(
            state: try state.map(known(state:)), account: try account.map { try administration.account($0).record.id })
        let jobs = try await jobs()
        let (unfinished, unlisted) = try await jobs.unfinished(filter)
        // Whoever asks for a state that only jobs have that are over need not say that they want such jobs.
        let ended = all || filter.state != nil ? try await jobs.ended(filter) : []
        // One that ended between the two is both.
        let over = Set(ended.map(\.view.id))
        return ImageJobsDocument(
            jobs: (unfinished.filter { !over.contains($0.view.id) } + ended).map(document), unlisted: unlisted)
    }

    private func known(state: String) throws(ControlRefusal) -> JobFilter.State {
        guard let state = JobFilter.State(rawValue: state) else {
            let names = JobFilter.State.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlRefusal(code: "invalid_state", message: "state: expected one of \(names), got \(state.prefix(80))")
        }
        return state
    }

    func show(_ id: String) async throws -> ImageJobOrderDocument {
        guard let number = JobID(text: id), let standing = try await jobs().standing(of: number) else {
            throw ControlRefusal.noJob(id)
        }
        let record = standing.record
        let prompt = record.prompt
        return ImageJobOrderDocument(
            job: document(standing), key: record.key.description, prompt: prompt.prompt, negativePrompt: prompt.negativePrompt,
            scheduler: prompt.scheduler.rawValue, steps: prompt.steps, cfgScale: prompt.cfgScale, width: prompt.width,
            height: prompt.height, seed: record.seed, format: prompt.format.rawValue, deadline: record.deadline.description)
    }

    func cancel(_ id: String) async throws -> ImageJobDocument {
        guard let number = JobID(text: id), let outcome = try await jobs().callOff(number) else { throw ControlRefusal.noJob(id) }
        switch outcome {
        case .cancelled(let standing): return document(standing)
        case .over(let standing):
            throw ControlRefusal(code: "job_over", message: "job \(id) is over already: it is \(document(standing).state)")
        case .hindered:
            throw ControlRefusal(code: "job_not_cancelled", message: "job \(id) could not be cancelled and goes on")
        }
    }

    private func document(_ standing: JobStanding) -> ImageJobDocument {
        let (view, record) = (standing.view, standing.record)
        let state: JobFilter.State
        var message: String?
        var progress: Double?
        var position: Int?
        var cost = record.cost
        switch view.state {
        case .queued(let place):
            state = .queued
            position = place
        case .running(let done):
            state = .running
            progress = done
        case .finished: state = .finished
        case .failed(let why):
            state = .failed
            message = why
            cost = .zero
        case .cancelled:
            state = .cancelled
            cost = .zero
        }
        return ImageJobDocument(
            id: record.id.value, account: administration.summary(of: record.purse.account)?.record.name ?? "",
            accountId: record.purse.account.description, mode: record.purse.book.rawValue, model: record.prompt.model,
            state: state.rawValue, engine: standing.engine, since: standing.since?.description, progress: progress,
            position: position, attempts: view.attempts, submitted: record.submitted.description,
            ended: view.ended?.description, cost: cost.description, message: message)
    }
}

extension JobID {
    /// Reads decimal digits, such as `12345678`.
    fileprivate init?(text: String) {
        guard (1...16).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let value = Int64(text),
            (1...JobID.max).contains(value)
        else { return nil }
        self.init(value)
    }
}

extension ControlRefusal {
    fileprivate static func noJob(_ id: String) -> ControlRefusal {
        ControlRefusal(
            code: "job_unknown", message: "there is no image job \(id.prefix(80)); minitoolai image jobs list --all shows them")
    }
}
