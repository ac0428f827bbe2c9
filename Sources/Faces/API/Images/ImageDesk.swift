package import Gateway
import Inference
package import Units
import Wire

/// Pictures as the endpoints serve them: the jobs, and under which address this server is reached.
package struct ImageDesk: Sendable {
    package let jobs: ImageJobs
    private let teller: JobTeller
    /// Callbacks to this machine are allowed.
    let allowsLoopbackCallback: Bool

    package init(jobs: ImageJobs, publicURL: String?, allowsLoopbackCallback: Bool) {
        self.jobs = jobs
        teller = JobTeller(blobs: jobs.blobs, publicURL: publicURL)
        self.allowsLoopbackCallback = allowsLoopbackCallback
    }

    /// What whoever may ask after a job is told of it.
    /// - Parameter host: as the caller reached this server.
    func answer(_ view: JobView, host: String?, at now: Instant) -> JobAnswer { teller.answer(view, host: host, at: now) }

    /// The picture of a job that has one that is still kept.
    package func pictureURL(_ view: JobView, host: String?, at now: Instant) -> String? {
        if case .success(let image) = teller.answer(view, host: host, at: now) { image.url } else { nil }
    }

    func url(of name: BlobName, until expiry: Instant, host: String?) -> String {
        teller.url(of: name, until: expiry, host: host)
    }
}
