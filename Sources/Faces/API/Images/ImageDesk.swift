package import Gateway
import Inference
import Units
import Wire

/// Pictures as the endpoints serve them: the jobs, and under which address this server is reached.
package struct ImageDesk: Sendable {
    package let jobs: ImageJobs
    /// Without a slash at its end; nil: as the caller reached it.
    let publicURL: String?
    /// Callbacks to this machine are allowed.
    let allowsLoopbackCallback: Bool

    package init(jobs: ImageJobs, publicURL: String?, allowsLoopbackCallback: Bool) {
        self.jobs = jobs
        self.publicURL = publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        self.allowsLoopbackCallback = allowsLoopbackCallback
    }

    /// What whoever may ask after a job is told of it.
    /// - Parameter host: as the caller reached this server.
    func answer(_ view: JobView, host: String?, at now: Instant) -> JobAnswer {
        switch view.state {
        case .queued(let position): .pending(position: position)
        case .running(let progress): .processing(progress: progress)
        case .failed(let message): .failed(message: message)
        case .cancelled: .cancelled
        case .finished(let result): delivered(view, result, host, now)
        }
    }

    private func delivered(_ view: JobView, _ result: ImageJob.Result, _ host: String?, _ now: Instant) -> JobAnswer {
        guard let name = BlobName(result.blob), let ended = view.ended else { return .expired }
        let expiry = Instant(microseconds: ended.microseconds + jobs.blobs.keepsSeconds * 1_000_000)
        guard now < expiry else { return .expired }
        return .success(
            DeliveredImage(
                url: url(of: name, until: expiry, host: host), prompt: view.record.prompt, seed: result.seed,
                substitute: result.substitute, cost: view.record.cost, expiry: expiry))
    }

    func url(of name: BlobName, until expiry: Instant, host: String?) -> String {
        switch jobs.blobs.address(of: name, until: expiry) {
        case .url(let url): url
        case .path(let path): (publicURL ?? "http://\(host ?? "localhost")") + path
        }
    }
}
