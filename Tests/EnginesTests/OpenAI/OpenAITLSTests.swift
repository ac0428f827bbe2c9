import Foundation
import Inference
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestKit
import Testing

@testable import Engines

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `An upstream over TLS` {
        /// Answers over TLS as `localhost`.
        private func upstream(
            onServerName: @escaping @Sendable (String?) -> Void = { _ in }
        ) async throws -> ScriptedUpstream {
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)))
            configuration.applicationProtocols = ["h2", "http/1.1"]
            configuration.sslContextCallback = { values, promise in
                onServerName(values.serverHostname)
                promise.succeed(.noChanges)
            }
            let context = try NIOSSLContext(configuration: configuration)
            return try await ScriptedUpstream.start {
                try $0.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            } _: {
                .chat(["a"], to: $0).split(every: 1 << 20)
            }
        }

        private func engine(
            _ upstream: ScriptedUpstream, host: String = "localhost", trusting: Bool = true,
            change: (inout OpenAIEngine.Options) -> Void = { _ in }
        ) throws -> OpenAIEngine {
            var options = try Given.options("https://\(host):\(upstream.port)/v1", change)
            guard trusting else { return try OpenAIEngine(options, group: MultiThreadedEventLoopGroup.singleton) }
            let file = FileManager.default.temporaryDirectory.appending(path: "roots-\(UUID()).pem")
            try certificate.write(to: file, atomically: true, encoding: .utf8)
            defer { try? FileManager.default.removeItem(at: file) }
            options.trustedRoots = file.path(percentEncoded: false)
            return try OpenAIEngine(options, group: MultiThreadedEventLoopGroup.singleton)
        }

        @Test func `is asked when its certificate is trusted and bears its name`() async throws {
            let names = Mutex<[String?]>([])
            let upstream = try await upstream { name in names.withLock { $0.append(name) } }
            let engine = try engine(upstream)
            let loop = Given.loop
            for _ in 0..<2 {
                let heard = try await Given.answer(from: engine, on: loop)
                #expect(heard.text == "a", "\(String(describing: heard.failure))")
            }
            #expect(names.withLock { $0 } == ["localhost"], "one handshake, its name in clear")
            #expect(await engine.check().summary.contains("not a list of models"))
            await upstream.stop()
        }

        @Test func `is refused when nobody vouches for its certificate`() async throws {
            let upstream = try await upstream()
            let heard = try await Given.answer(from: engine(upstream, trusting: false))
            #expect(heard.failure?.word == "unreachable")
            #expect(
                heard.failure?.detail.contains("the certificate is not trusted") == true, "\(String(describing: heard.failure))")
            #expect(upstream.requests.isEmpty, "no byte of the request was sent")
            await upstream.stop()
        }

        @Test func `is refused when its certificate bears another name`() async throws {
            let upstream = try await upstream()
            let heard = try await Given.answer(from: engine(upstream, host: "127.0.0.1"))
            #expect(heard.failure?.word == "unreachable")
            #expect(heard.failure?.detail.contains("TLS") == true, "\(String(describing: heard.failure))")
            #expect(upstream.requests.isEmpty)
            await upstream.stop()
        }

        @Test func `that does not speak it is a failure`() async throws {
            let upstream = try await ScriptedUpstream.start(
                prepare: { try $0.pipeline.syncOperations.addHandler(Greeting()) }, { _ in .silence })
            let heard = try await Given.answer(from: engine(upstream))
            #expect(heard.failure?.word == "unreachable", "\(String(describing: heard.failure))")
            #expect(heard.failure?.detail.contains("does not speak TLS") == true, "\(String(describing: heard.failure))")
            await upstream.stop()
        }

        @Test func `has so long to agree on it`() async throws {
            let upstream = try await ScriptedUpstream.start { _ in .silence }
            let heard = try await Given.answer(from: engine(upstream) { $0.deadlines.connect = .milliseconds(150) })
            #expect(heard.failure?.word == "unreachable")
            #expect(heard.failure?.detail.contains("within the deadline") == true)
            await upstream.stop()
        }

        @Test func `cannot be set up with roots that are none`() throws {
            var options = try OpenAIEngine.Options(name: "x", baseURL: "https://localhost/v1", key: nil)
            options.trustedRoots = "/nowhere.pem"
            #expect(throws: (any Error).self) { try OpenAIEngine(options, group: MultiThreadedEventLoopGroup.singleton) }
        }
    }
}

/// Answers the first bytes with words in clear.
private final class Greeting: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 400 Bad Request\r\n\r\n")), promise: nil)
    }
}

/// Self-signed for `localhost`, valid until 2126; made for these tests and used nowhere else.
private let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBljCCATugAwIBAgIUbBAdjz3jn+QVgja75kJvl3GaHpIwCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjIxMzcyMloYDzIxMjYxMDI5
    MjEzNzIyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAAQ4plcOvra/fSos5db2SH2IbMgz29AUgZYQrcNvDcSAHUbA5ezNvfcl
    6W0PsZUV8dp9GhhaQ38SnXXPAuth1deho2kwZzAdBgNVHQ4EFgQUS7os+8PIVuyy
    ulMiHbamZwzAzvowHwYDVR0jBBgwFoAUS7os+8PIVuyyulMiHbamZwzAzvowDwYD
    VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
    SQAwRgIhAIW5D7yDQvMVlhpT0LrOqAYQL4SKj7X8tw3iCafje1W8AiEAjmm6uc3X
    9N5ixklJ2UK3gJ3kP1p9jrddJTzQwNkBvhs=
    -----END CERTIFICATE-----
    """

private let privateKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgGQdc/4Xe2Z/U2HYD
    KfEcXnMd92EV0oeturmBqAxapfehRANCAAQ4plcOvra/fSos5db2SH2IbMgz29AU
    gZYQrcNvDcSAHUbA5ezNvfcl6W0PsZUV8dp9GhhaQ38SnXXPAuth1deh
    -----END PRIVATE KEY-----
    """
