import BlobStores
import Foundation
import Inference
import NIOPosix
import TestKit
import Testing
import Units

/// Against somebody else's server, which checks signatures: `Scripts/test-s3` starts one and names it in the environment.
@Suite(.enabled(if: S3Server.current != nil, "skipped: MINITOOLAI_S3_ENDPOINT names no server"))
struct `An S3 server` {
    let server: S3Server

    init() throws { server = try #require(S3Server.current) }

    private func store(secretKey: String? = nil, now: @escaping @Sendable () -> Instant = SystemTime.now) throws -> S3Blobs {
        try S3Blobs(
            endpoint: server.endpoint, region: server.region, bucket: server.bucket, prefix: "made/\(UUID())",
            accessKey: server.accessKey,
            secretKey: secretKey ?? server.secretKey, keepsSeconds: 3600, group: MultiThreadedEventLoopGroup.singleton, now: now)
    }

    @Test func `gives back what was put, as long as it was not removed`() async throws {
        try await Expected.roundTrips(try store(), at: SystemTime.now())
    }

    @Test func `has the last of two pictures of one name`() async throws { try await Expected.replaces(try store()) }

    @Test(arguments: [1, 4097, 1_000_003, BlobLimits.pictureBytesMax])
    func `keeps pictures of every size`(bytes: Int) async throws { try await Expected.keeps(bytes, in: try store()) }

    @Test func `serves two hundred at once`() async throws { try await Expected.standsCrowds(try store()) }

    @Test func `can be used with the right secret alone`() async throws {
        let right = try await store().check()
        #expect(right.usable, "\(right.summary)")
        let wrong = try await store(secretKey: server.secretKey + "x").check()
        #expect(!wrong.usable)
        #expect(wrong.summary.hasSuffix("403 SignatureDoesNotMatch, is the secret key right?"), "\(wrong.summary)")
    }

    @Test func `gives pictures to whoever has their address, and while it is good`() async throws {
        let (clock, name) = (ManualClock(SystemTime.now()), try Given.name("f", .webp))
        let store = try store { clock.now() }
        try await store.put(Given.bytes(5000), as: name)
        let url = try address(of: name, in: store, until: clock.now().advanced(bySeconds: 60))
        let (bytes, type) = try #require(try await fetched(url))
        #expect(bytes == Given.bytes(5000))
        #expect(type == "image/webp")

        let other = url.replacing("\(name)", with: "\(try Given.name("e", .webp))")
        let longer = url.replacing("X-Amz-Expires=60", with: "X-Amz-Expires=61")
        clock.advance(bySeconds: -100)
        let late = try address(of: name, in: store, until: clock.now().advanced(bySeconds: 60))
        for url in [other, longer, late] { #expect(try await fetched(url) == nil, "\(url)") }
    }

    private func address(of name: BlobName, in store: S3Blobs, until expiry: Instant) throws -> String {
        guard case .url(let url) = store.address(of: name, until: expiry) else {
            throw BlobFault("no address of another server's")
        }
        return url
    }

    @Test func `is swept of everything that is old`() async throws {
        let (store, names) = (try store(), Given.names(25))
        for name in names { try await store.put([1], as: name) }
        #expect(try await store.sweep(before: SystemTime.now().advanced(bySeconds: -60)) == 0)
        #expect(try await store.sweep(before: SystemTime.now().advanced(bySeconds: 60)) == 25)
        for name in names { #expect(try await store.read(name) == nil) }
    }

    @Test func `gives no picture that has expired`() async throws {
        let (clock, name) = (ManualClock(SystemTime.now()), try Given.name())
        let store = try store { clock.now() }
        try await store.put([1], as: name)
        clock.advance(bySeconds: 3590)
        #expect(try await store.read(name)?.bytes == [1])
        clock.advance(bySeconds: 20)
        #expect(try await store.read(name) == nil)
    }

    /// With curl, which is none of ours.
    /// - Returns: nil when it is refused.
    private func fetched(_ url: String) async throws -> (bytes: [UInt8], type: String)? {
        let scratch = try Scratch()
        let curl = Process()
        let output = Pipe()
        curl.executableURL = URL(filePath: "/usr/bin/env")
        curl.arguments = [
            "curl", "--silent", "--fail", "--output", scratch.path + "/picture", "--write-out", "%{content_type}", url,
        ]
        curl.standardOutput = output
        try curl.run()
        let type = try output.fileHandleForReading.readToEnd() ?? Data()
        curl.waitUntilExit()
        guard curl.terminationStatus == 0 else {
            #expect(curl.terminationStatus == 22, "the server's word, and not a failure to ask it")
            return nil
        }
        return (Array(try Data(contentsOf: URL(filePath: scratch.path + "/picture"))), String(decoding: type, as: UTF8.self))
    }
}

/// The server that the environment names.
struct S3Server: Sendable {
    let endpoint: String
    let region: String
    let bucket: String
    let accessKey: String
    let secretKey: String

    static let current: S3Server? = {
        let variables = ProcessInfo.processInfo.environment
        guard let endpoint = variables["MINITOOLAI_S3_ENDPOINT"], let bucket = variables["MINITOOLAI_S3_BUCKET"],
            let accessKey = variables["MINITOOLAI_S3_ACCESS_KEY"], let secretKey = variables["MINITOOLAI_S3_SECRET_KEY"]
        else { return nil }
        return S3Server(
            endpoint: endpoint, region: variables["MINITOOLAI_S3_REGION"] ?? "us-east-1", bucket: bucket, accessKey: accessKey,
            secretKey: secretKey)
    }()
}
