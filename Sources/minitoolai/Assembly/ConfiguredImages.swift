import API
import BlobStores
import CLI
import Engines
import Gateway
import Inference
import Logging
import NIOCore
import Pictures

/// The image engines of a configuration, who paints what, and where pictures lie.
struct ConfiguredImages: Sendable {
    let engines: [any ImageEngine]
    let routes: ImageRoutes

    /// - Throws: ``Failure`` when an engine cannot be made.
    init(_ configuration: Configuration, _ servers: LocalServers, on group: any EventLoopGroup) throws {
        engines = try configuration.engines.compactMap { try $0.imageEngine(on: group).map(servers.images) }
        let byName = Dictionary(uniqueKeysWithValues: engines.map { ($0.name, $0) })
        guard let sandbox = byName[EngineSetting.sandboxName] else { preconditionFailure("there is always a sandbox") }
        let live = configuration.images.map { setting in
            let routes = setting.routes.compactMap { route in
                byName[route.engine].map { ImageRoute(engine: $0, model: route.model, cost: route.cost) }
            }
            return (setting.model.id, routes)
        }
        routes = ImageRoutes(live: Dictionary(live) { _, last in last }, sandbox: sandbox)
    }

    func jobs(
        _ configuration: Configuration, _ books: Books, _ limits: LimitDesk, _ logger: Logger, on group: any EventLoopGroup
    ) throws -> ImageJobs {
        let blobs = try configuration.blobs.store(on: group)
        return ImageJobs(
            models: configuration.images.map(\.model), prices: books.prices, routes: routes, ledger: books.ledger,
            store: books.store, blobs: blobs, darkroom: CodecDarkroom(), signer: books.signer, clock: SystemClock(),
            logger: logger, limits: limits,
            callbacks: try callbacks(configuration, books, blobs, logger, on: group))
    }

    private func callbacks(
        _ configuration: Configuration, _ books: Books, _ blobs: any BlobStore, _ logger: Logger, on group: any EventLoopGroup
    ) throws -> CallbackDesk {
        let teller = JobTeller(blobs: blobs, publicURL: configuration.server.publicURL)
        let sender = try HTTPCallbackSender(allowsLoopback: configuration.server.isLocal, group: group)
        return CallbackDesk(
            signer: books.callbackSigner, sender: sender, ledger: books.ledger, store: books.store, clock: SystemClock(),
            logger: logger, body: teller.callbackBody)
    }
}

extension EngineSetting {
    /// nil: it answers chats alone.
    fileprivate func imageEngine(on group: any EventLoopGroup) throws -> (any ImageEngine)? {
        switch self {
        case .sandbox(let name, let pace, _, _): SandboxImageEngine(name: name, pace: pace)
        case .webUI(let options): try StableDiffusionWebUIEngine(options, group: group)
        case .cpp(let options): try StableDiffusionCppEngine(options, group: group)
        case .comfyUI(let options): try ComfyUIEngine(options, group: group)
        case .openAIImages(let options): try OpenAIImagesEngine(options, group: group)
        case .openAI, .espeak, .openAISpeech, .anthropic: nil
        }
    }
}

extension Configuration.Blobs {
    fileprivate func store(on group: any EventLoopGroup) throws -> any BlobStore {
        do throws(BlobFault) {
            switch place {
            case .directory(let path): return try DirectoryBlobs(path: path, keepsSeconds: keepMilliseconds / 1000)
            case .s3(let bucket):
                return try S3Blobs(
                    endpoint: bucket.endpoint, region: bucket.region, bucket: bucket.name, prefix: bucket.prefix,
                    accessKey: bucket.accessKey, secretKey: bucket.secretKey, keepsSeconds: keepMilliseconds / 1000,
                    publicURL: bucket.publicURL, signedEndpoint: bucket.signedEndpoint, trustedRoots: bucket.trustedRoots,
                    group: group)
            }
        } catch { throw Failure(.configuration, "blobs: \(error)") }
    }
}
