import Foundation
import NIOCore
import NIOSSL
import TestKit

@testable import Engines

/// A receiver's certificate for `localhost`, as a file that a sender may trust.
struct LocalhostPair {
    let path: String

    init() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "roots-\(UUID()).pem")
        try certificate.write(to: file, atomically: true, encoding: .utf8)
        path = file.path(percentEncoded: false)
    }

    func remove() { try? FileManager.default.removeItem(atPath: path) }

    /// Answers 200 over TLS.
    func receiver(onServerName: @escaping @Sendable (String?) -> Void) async throws -> ScriptedUpstream {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)))
        configuration.sslContextCallback = { values, promise in
            onServerName(values.serverHostname)
            promise.succeed(.noChanges)
        }
        let context = try NIOSSLContext(configuration: configuration)
        return try await ScriptedUpstream.start {
            try $0.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        } _: { _ in
            .body("")
        }
    }
}

/// Self-signed, valid until 2126; made for tests and used nowhere else.
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
