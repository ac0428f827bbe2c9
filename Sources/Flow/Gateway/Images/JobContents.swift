import Commerce
import Foundation
import Inference
import Units

extension Job {
    /// The job as the ledger carries it.
    var sealed: SealedJob { Job.sealed(record, machine, tried: tried, ended: ended) }

    /// As it is before its hold is known.
    static func sealed(
        _ record: JobRecord, _ machine: ImageJob, tried: [String] = [], ended: Instant? = nil, submission: Submission? = nil
    ) -> SealedJob {
        let contents = Contents(record, machine, tried: tried, ended: ended)
        guard let bytes = try? JSONEncoder().encode(contents) else { preconditionFailure("numbers and texts can be encoded") }
        return SealedJob(
            id: record.id.value, purse: record.purse, submitted: record.submitted, isOver: machine.isOver,
            engine: contents.result?.engine, contents: [UInt8](bytes),
            callbackDue: record.callback != nil && machine.isOver ? ended ?? record.submitted : nil, submission: submission)
    }

    /// - Throws: ``UnreadableJob`` for what no version of this program wrote.
    init(_ stored: StoredJob) throws(UnreadableJob) {
        guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(stored.job.contents)),
            let record = contents.record(stored.job), let machine = contents.machine(record)
        else { throw UnreadableJob(id: stored.job.id) }
        self.record = record
        self.machine = machine
        hold = stored.hold
        tried = contents.tried
        ended = contents.ended.map(Instant.init(microseconds:))
    }
}

package struct UnreadableJob: Error, CustomStringConvertible {
    let id: Int64
    package var description: String { "job \(id) cannot be read" }
}

/// The envelope's contents. Names and words are those of the database: they are never changed, only added to.
private struct Contents: Codable {
    struct Result: Codable {
        let blob: String
        let seed: Int64
        let engine: String
        let substitute: String?
    }

    let request: String
    let key: Int64
    let model: String
    let prompt: String
    let negativePrompt: String
    let scheduler: String
    let steps: Int
    let cfgHundredths: Int
    let width: Int
    let height: Int
    let wishedSeed: Int64?
    let seed: Int64
    let format: String
    let callback: String?
    let host: String?
    let awaited: Bool?
    let costNanodollars: Int64
    let deadline: Int64
    let attempts: Int
    let attemptsMax: Int
    let state: String
    /// Of a running job.
    let engine: String?
    let since: Int64?
    let result: Result?
    let message: String?
    let tried: [String]
    let ended: Int64?

    init(_ record: JobRecord, _ machine: ImageJob, tried: [String], ended: Instant?) {
        let prompt = record.prompt
        request = record.request.description
        key = record.key.value
        model = prompt.model
        self.prompt = prompt.prompt
        negativePrompt = prompt.negativePrompt
        scheduler = prompt.scheduler.rawValue
        steps = prompt.steps
        cfgHundredths = prompt.cfgHundredths
        width = prompt.width
        height = prompt.height
        wishedSeed = prompt.seed
        seed = record.seed
        format = prompt.format.rawValue
        callback = record.callback
        host = record.host
        awaited = record.isAwaited ? true : nil
        costNanodollars = record.cost.nanodollars
        deadline = record.deadline.microseconds
        attempts = machine.attempts
        attemptsMax = machine.attemptsMax
        self.tried = tried
        self.ended = ended?.microseconds
        var (engine, since, result, message): (String?, Int64?, Result?, String?)
        switch machine.state {
        case .queued: state = "queued"
        case .running(let name, let begun):
            state = "running"
            (engine, since) = (name, begun.microseconds)
        case .painted: preconditionFailure("what is painted is kept when it is settled")
        case .finished(let made):
            state = "finished"
            result = Result(blob: made.blob, seed: made.seed, engine: made.engine, substitute: made.substitute)
        case .failed(let why):
            state = "failed"
            message = why
        case .cancelled: state = "cancelled"
        }
        (self.engine, self.since, self.result, self.message) = (engine, since, result, message)
    }

    func record(_ job: SealedJob) -> JobRecord? {
        guard let scheduler = Scheduler(rawValue: scheduler), let format = PictureFormat(rawValue: format) else { return nil }
        return JobRecord(
            id: JobID(job.id), request: RequestID(request), key: KeyID(key), purse: job.purse,
            prompt: ImagePrompt(
                model: model, prompt: prompt, negativePrompt: negativePrompt, scheduler: scheduler, steps: steps,
                cfgHundredths: cfgHundredths, width: width, height: height, seed: wishedSeed, format: format),
            seed: seed, callback: callback, host: host, isAwaited: awaited == true, cost: Money(nanodollars: costNanodollars),
            submitted: job.submitted,
            deadline: Instant(microseconds: deadline))
    }

    func machine(_ record: JobRecord) -> ImageJob? {
        guard let state = machineState else { return nil }
        return ImageJob(
            state: state, attempts: attempts, attemptsMax: attemptsMax, submitted: record.submitted, deadline: record.deadline)
    }

    private var machineState: ImageJob.State? {
        switch state {
        case "queued": .queued
        case "running": engine.map { .running(engine: $0, since: Instant(microseconds: since ?? 0)) }
        case "finished":
            result.map {
                .finished(ImageJob.Result(blob: $0.blob, seed: $0.seed, engine: $0.engine, substitute: $0.substitute))
            }
        case "failed": .failed(message: message ?? "the job failed")
        case "cancelled": .cancelled
        default: nil
        }
    }
}
