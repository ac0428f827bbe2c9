package import Inference
package import NIOCore

/// Any server that speaks OpenAI's image generations: OpenAI's own models, and servers of one's own.
///
/// One request, one answer: there is no progress to be told, and giving up is closing the connection.
package final class OpenAIImagesEngine: ImageEngine {
    package let name: String
    package let concurrency: Int
    let options: Options
    let client: EngineClient
    /// Where pictures may be fetched from, and by whom: the upstream's own client shows the key, the others have none.
    private let fetching: [PictureAddress.Origin: EngineClient]

    /// - Parameter group: where its connections live.
    /// - Throws: what is wrong with `trustedRoots`.
    package init(_ options: Options, group: any EventLoopGroup) throws {
        self.options = options
        name = options.name
        let range = OpenAIImagesLimits.concurrencyRange
        concurrency = min(max(options.concurrency, range.lowerBound), range.upperBound)
        let credentials = options.key.map { EngineCredentials.bearer($0) }
        client = try EngineClient(
            options.address, credentials: credentials, trustedRoots: options.trustedRoots, group: group)
        var fetching: [PictureAddress.Origin: EngineClient] = [:]
        for host in options.resultHosts.compactMap(\.withoutPath) {
            fetching[PictureAddress.Origin(host)] = try EngineClient(host, group: group)
        }
        if let own = options.address.withoutPath {
            fetching[PictureAddress.Origin(own)] = try EngineClient(
                own, credentials: credentials, trustedRoots: options.trustedRoots, group: group)
        }
        self.fetching = fetching
    }

    package func paint(
        _ order: ImageOrder, progress: @escaping @Sendable (Double) -> Void
    ) async throws(ImageFailure) -> PaintedImage {
        let prompt = order.prompt
        guard !options.strictScheduler || prompt.scheduler == .standard else {
            throw ImageFailure(
                .refused, detail: "there are no schedulers upstream, and \(prompt.scheduler.rawValue) was asked for")
        }
        guard let size = OpenAIImagesSize.smallest(of: options.sizes, covering: prompt.width, prompt.height) else {
            throw ImageFailure(.refused, detail: "no size on offer covers \(prompt.width)x\(prompt.height)")
        }
        let request = OpenAIImagesRequest(order: order, size: size, style: options.style)
        let answer = try await client.ask("POST", "/images/generations", json: request.body, deadline: options.paintTime)
        guard answer.isSuccess else { throw OpenAIImagesRefusal.failure(answer, key: options.key) }
        let file =
            switch try OpenAIImagesResult(answer) {
            case .file(let file): file
            case .address(let address): try await fetch(address)
            }
        return PaintedImage(.file(file), seed: order.seed, substitute: "none")
    }

    private func fetch(_ address: PictureAddress) async throws(ImageFailure) -> [UInt8] {
        guard let client = fetching[address.origin] else {
            throw ImageFailure(.wrongResult, detail: "the picture lies at a host that nobody named")
        }
        let answer = try await client.ask("GET", address.target, deadline: OpenAIImagesLimits.fetchTime)
        guard answer.status == 200, answer.body.readableBytes > 0 else {
            throw ImageFailure(.wrongResult, detail: "the picture's URL answered \(answer.status)")
        }
        return Array(answer.body.readableBytesView)
    }
}
