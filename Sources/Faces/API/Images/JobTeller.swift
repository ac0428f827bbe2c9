package import Gateway
package import Inference
package import NIOCore
import Units
import Wire

/// What is told of a job, and under which address its picture is reached.
package struct JobTeller: Sendable {
    private let blobs: any BlobStore
    /// Without a slash at its end; nil: as the caller reached this server.
    private let publicURL: String?

    package init(blobs: any BlobStore, publicURL: String?) {
        self.blobs = blobs
        self.publicURL = publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }

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
        guard let record = view.record, let name = BlobName(result.blob), let ended = view.ended else { return .expired }
        let expiry = blobs.expiry(of: ended)
        guard now < expiry else { return .expired }
        return .success(
            DeliveredImage(
                url: url(of: name, until: expiry, host: host), prompt: record.prompt, seed: result.seed,
                substitute: result.substitute, cost: record.cost, expiry: expiry))
    }

    func url(of name: BlobName, until expiry: Instant, host: String?) -> String {
        switch blobs.address(of: name, until: expiry) {
        case .url(let url): url
        case .path(let path): (publicURL ?? "http://\(host ?? "localhost")") + path
        }
    }

    /// What is posted when the job is over: as it was then, however late it is told.
    /// - Returns: nil for a job that is not over, and for one whose picture was kept no moment.
    package func callbackBody(_ view: JobView) -> ByteBuffer? {
        guard let ended = view.ended,
            let body = CallbackBody(of: view.id, answer(view, host: view.record?.host, at: ended), ended: ended)
        else { return nil }
        var bytes = ByteBuffer()
        body.write(into: &bytes)
        return bytes
    }
}
