import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// One request to a server and the reading of its answer, over a connection of its own.
struct ServerLine: Sendable {
    let server: ServerAddress
    /// nil: nothing is shown, as to a server that is not the caller's own.
    let key: String?

    /// The server and the key that a command line and its environment name.
    /// - Parameter url: what `--url` says.
    /// - Throws: ``Failure`` when there is no key, or the address is none.
    static func named(_ url: String?, at terminal: Terminal) throws -> ServerLine {
        guard let key = terminal.environment["MINITOOLAI_API_KEY"], !key.isEmpty else {
            throw Failure(.usage, "MINITOOLAI_API_KEY is not set; minitoolai key create makes a key")
        }
        let server = try ServerAddress(url ?? terminal.environment["MINITOOLAI_URL"] ?? "http://127.0.0.1:8080")
        return ServerLine(server: server, key: key)
    }

    private typealias Connection = NIOAsyncChannel<HTTPClientResponsePart, SendableRequestPart>

    private static let connectTime = TimeAmount.seconds(10)
    /// The longest silence of a server: it sends signs of life while a model thinks.
    private static let silenceTime = TimeAmount.minutes(10)

    /// - Parameters:
    ///   - path: with its query, percent-encoded.
    ///   - body: nil asks with GET.
    ///   - method: nil: POST for what has a body.
    ///   - onHead: hears the status and headers once.
    ///   - onBytes: hears each piece of the body.
    /// - Throws: ``Failure`` when the server cannot be reached or breaks off.
    func ask(
        _ path: String, body: Data?, method: HTTPMethod? = nil, onHead: (HTTPResponseHead) throws -> Void,
        onBytes: (ByteBuffer) throws -> Void
    ) async throws {
        let connection = try await connect()
        do {
            try await connection.executeThenClose { parts, requests in
                do {
                    try await send(body, method ?? (body == nil ? .GET : .POST), to: path, through: requests)
                } catch is ChannelError {
                    // A server may answer and close before it has read everything: reading tells what it said.
                }
                for try await part in parts {
                    switch part {
                    case .head(let head): try onHead(head)
                    case .body(let bytes): try onBytes(bytes)
                    case .end: return
                    }
                }
                throw Failure(.unavailable, "the server closed the connection before its answer was complete")
            }
        } catch let error as HTTPParserError {
            throw Failure(.unavailable, "the answer of \(server.authority) is not HTTP, or it broke off: \(error)")
        } catch let error as ChannelError {
            throw Failure(.unavailable, "the connection to \(server.authority) broke: \(error)")
        } catch let error as IOError {
            throw Failure(.unavailable, "the connection to \(server.authority) broke: \(error)")
        }
    }

    private func send(
        _ body: Data?, _ method: HTTPMethod, to path: String, through requests: NIOAsyncChannelOutboundWriter<SendableRequestPart>
    ) async throws {
        var headers = HTTPHeaders([
            ("host", server.authority), ("user-agent", "minitoolai/\(Version.current)"), ("connection", "close"),
        ])
        if let key { headers.add(name: "authorization", value: "Bearer \(key)") }
        if let body {
            headers.add(name: "content-type", value: "application/json")
            headers.add(name: "content-length", value: String(body.count))
        }
        let head = HTTPRequestHead(version: .http1_1, method: method, uri: server.prefix + path, headers: headers)
        // All in one: a server that has read the head of a GET has read everything, and may close before its end is written.
        let content = body.map { [SendableRequestPart.body(ByteBuffer(bytes: $0))] } ?? []
        try await requests.write(contentsOf: [.head(head)] + content + [.end(nil)])
    }

    private func connect() async throws -> Connection {
        let tls = server.isSecure ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        do {
            return try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(ServerLine.connectTime)
                .connect(host: server.host, port: server.port) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        if let tls {
                            try pipeline.addHandler(NIOSSLClientHandler(context: tls, serverHostname: sniName))
                        }
                        try pipeline.addHandler(IdleStateHandler(readTimeout: ServerLine.silenceTime))
                        try pipeline.addHandler(SilenceEnds())
                        try pipeline.addHTTPClientHandlers()
                        try pipeline.addHandler(RequestPartsAsIOData())
                        return try Connection(wrappingChannelSynchronously: channel)
                    }
                }
        } catch {
            throw Failure(.unavailable, "no server answers at \(server.authority): \(error)")
        }
    }

    /// TLS names hosts, never addresses.
    private var sniName: String? {
        let isAddress = (try? SocketAddress(ipAddress: server.host, port: 0)) != nil
        return isAddress ? nil : server.host
    }
}

/// Request parts whose bodies are always buffers, so that they may cross threads.
typealias SendableRequestPart = HTTPPart<HTTPRequestHead, ByteBuffer>

private final class RequestPartsAsIOData: ChannelOutboundHandler {
    typealias OutboundIn = SendableRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPClientRequestPart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let bytes): .body(.byteBuffer(bytes))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}

private final class SilenceEnds: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard event is IdleStateHandler.IdleStateEvent else { return context.fireUserInboundEventTriggered(event) }
        context.close(promise: nil)
    }
}
