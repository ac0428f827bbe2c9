import Glibc
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Units

/// Sends signed requests to one bucket, and again when it may help. Certificates are always verified; redirects are not followed.
struct S3Client: Sendable {
    let address: S3Address
    let bucket: String
    let signature: S3Signature
    let times: S3Times
    let now: @Sendable () -> Instant
    private let turnstile = Turnstile(atOnce: BlobLimits.connectionsMax)
    private let tls: NIOSSLContext?
    private let group: any EventLoopGroup

    /// - Parameter trustedRoots: a PEM file of certificates to trust instead of the system's, for servers of one's own.
    init(
        _ address: S3Address, bucket: String, signature: S3Signature, trustedRoots: String?, times: S3Times,
        group: any EventLoopGroup, now: @escaping @Sendable () -> Instant
    ) throws(S3Address.Fault) {
        self.address = address
        self.bucket = bucket
        self.signature = signature
        self.times = times
        self.now = now
        self.group = group
        guard address.scheme == .https else {
            tls = nil
            return
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        if let trustedRoots { configuration.trustRoots = .file(trustedRoots) }
        do { tls = try NIOSSLContext(configuration: configuration) } catch {
            throw S3Address.Fault(description: "the trusted roots cannot be read: \(error)")
        }
    }

    /// A request for what lies at `key` of the bucket; for the bucket itself when that is empty.
    func request(_ method: S3Request.Method, key: String, query: [(name: String, value: String)] = [], body: [UInt8] = [])
        -> S3Request
    {
        var request = S3Request(method, path(key, at: address), query: query, body: body)
        request.headers = [("host", address.authority)]
        return request
    }

    /// - Returns: the answer, whatever its status; the last one when none would do.
    func send(_ request: S3Request, answerBytesMax: Int = BlobLimits.documentBytesMax) async throws(S3Failure) -> S3Answer {
        var attempt = 0
        while true {
            attempt += 1
            let isLast = attempt >= times.attemptsMax
            do throws(S3Failure) {
                let answer = try await turnstile.pass { () throws(S3Failure) in
                    try await sendOnce(request, answerBytesMax: answerBytesMax)
                }
                if isLast || !answer.isPassing { return answer }
            } catch {
                if isLast || !error.mayRetry { throw error }
            }
            await pause(after: attempt)
        }
    }

    /// Where anybody finds what lies at `key` for so many seconds.
    /// - Parameter address: the server as whoever asks reaches it.
    func presigned(key: String, at address: S3Address, forSeconds seconds: Int64) -> String {
        var request = S3Request(.get, path(key, at: address))
        request.headers = [("host", address.authority)]
        request = signature.presigned(request, at: now(), forSeconds: seconds)
        return "\(address.scheme.rawValue)://\(address.authority)\(request.target)"
    }

    private func path(_ key: String, at address: S3Address) -> String {
        "\(address.path)/\(bucket)\(key.isEmpty ? "" : "/\(key)")"
    }

    // MARK: One attempt

    private func sendOnce(_ request: S3Request, answerBytesMax: Int) async throws(S3Failure) -> S3Answer {
        // Signed anew each time: signatures are good for minutes only.
        let signed = signature.signed(request, at: now())
        let loop = group.any()
        let promise = loop.makePromise(of: S3Answer.self)
        ClientBootstrap(group: loop)
            .connectTimeout(times.connect)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try install(signed, answerBytesMax, promise, in: channel.pipeline.syncOperations)
                }
            }
            .connect(host: address.host, port: address.port)
            .whenFailure { error in
                promise.fail(S3Failure(detail: "no connection: \(S3Client.words(for: error))", mayRetry: true))
            }
        do { return try await promise.futureResult.get() } catch let error as S3Failure { throw error } catch {
            throw S3Failure(detail: "\(type(of: error))", mayRetry: true)
        }
    }

    private func install(
        _ request: S3Request, _ answerBytesMax: Int, _ promise: EventLoopPromise<S3Answer>,
        in pipeline: ChannelPipeline.SynchronousOperations
    ) throws {
        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: address.serverName)) }
        try pipeline.addHTTPClientHandlers()
        try pipeline.addHandler(S3Exchange(request, answerBytesMax: answerBytesMax, within: times.exchange, promise))
    }

    /// Waits on a loop and not in the task: what is to be kept or removed is so even when the task is cancelled meanwhile.
    private func pause(after attempt: Int) async {
        let longest = times.retryPause.nanoseconds << (attempt - 1)
        let pause = TimeAmount.nanoseconds(.random(in: longest / 2...longest))
        _ = try? await group.any().scheduleTask(in: pause) {}.futureResult.get()
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if error.dnsAError != nil || error.dnsAAAAError != nil, error.connectionErrors.isEmpty {
                return "the name cannot be resolved"
            }
            return error.connectionErrors.first.map { words(for: $0.error) } ?? "refused"
        case let error as IOError: return String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: return "none within the deadline"
        default: return "\(type(of: error))"
        }
    }
}
