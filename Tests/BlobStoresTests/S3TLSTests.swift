import BlobStores
import Foundation
import Inference
import NIOCore
import NIOSSL
import TestKit
import Testing
import Units

extension `Pictures in an S3 bucket` {
    @Suite struct `Over TLS` {
        private func server(_ bucket: ScriptedBucket) async throws -> ScriptedUpstream {
            let configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(try NIOSSLCertificate(bytes: Array(certificate.utf8), format: .pem))],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(privateKey.utf8), format: .pem)))
            let context = try NIOSSLContext(configuration: configuration)
            return try await ScriptedUpstream.start {
                try $0.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
            } _: {
                bucket.answer($0)
            }
        }

        private func trusted() throws -> Scratch {
            let scratch = try Scratch()
            try scratch.write(certificate, to: "roots.pem")
            return scratch
        }

        @Test func `are kept when the certificate is trusted and bears the endpoint's name`() async throws {
            let (bucket, roots) = (ScriptedBucket(), try trusted())
            let server = try await server(bucket)
            let store = try `Pictures in an S3 bucket`.store(
                "https://localhost:\(server.port)", bucket.clock, trustedRoots: roots.path + "/roots.pem")
            try await Expected.keeps(1_000_000, in: store)
            await server.stop()
        }

        @Test(arguments: [("localhost", false), ("127.0.0.1", true)])
        func `are sent to nobody whose certificate says nothing`(host: String, isTrusted: Bool) async throws {
            let (bucket, roots) = (ScriptedBucket(), try trusted())
            let server = try await server(bucket)
            let store = try `Pictures in an S3 bucket`.store(
                "https://\(host):\(server.port)", bucket.clock, trustedRoots: isTrusted ? roots.path + "/roots.pem" : nil)
            let fault = await #expect(throws: BlobFault.self) { try await store.put([1], as: try Given.name()) }
            #expect(fault?.description.contains("TLS failed") == true, "\(String(describing: fault))")
            #expect(
                server.requests.isEmpty && server.log.connectionsAccepted == 1,
                "no byte of the request was sent, nor was it tried again")
            await server.stop()
        }

        @Test func `cannot be kept with roots that are none`() {
            #expect(throws: BlobFault.self) {
                try `Pictures in an S3 bucket`.store("https://localhost", ManualClock(), trustedRoots: "/nowhere.pem")
            }
        }
    }
}

/// Self-signed for `localhost`, valid for a hundred years; made for these tests and used nowhere else.
private let certificate = """
    -----BEGIN CERTIFICATE-----
    MIIBlTCCATugAwIBAgIUfCTW3XfKpdfoAStAafHgu9Q0jwowCgYIKoZIzj0EAwIw
    FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNjAyMTIxNVoYDzIxMjYxMTAy
    MDIxMjE1WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
    PQMBBwNCAASuNyoQMsu4ty1tZZfvciFmD3ezNHzD28dF9K1/OcqOFF0P0mIO7i6v
    PVxZSX8TfYlA0kOvIFqCiD6AttO8n3I8o2kwZzAdBgNVHQ4EFgQUC65J/tQBtrgs
    sdP9T/0v0hZ302owHwYDVR0jBBgwFoAUC65J/tQBtrgssdP9T/0v0hZ302owDwYD
    VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
    SAAwRQIgHDrnA8mtAuC9wGeu/tR3muwQWPnMh6os8WwTYaWWXzQCIQDpCRqQTOeZ
    dOwmh7Wi8jnB/AcjT/sxgyphmSucGopcjQ==
    -----END CERTIFICATE-----
    """

private let privateKey = """
    -----BEGIN PRIVATE KEY-----
    MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgpXgh8pR3kBPnfnng
    CHlH2lIiMnM1gvtk66rLQmKD6GahRANCAASuNyoQMsu4ty1tZZfvciFmD3ezNHzD
    28dF9K1/OcqOFF0P0mIO7i6vPVxZSX8TfYlA0kOvIFqCiD6AttO8n3I8
    -----END PRIVATE KEY-----
    """
