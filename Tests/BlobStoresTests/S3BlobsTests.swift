import BlobStores
import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Units

@Suite struct `Pictures in an S3 bucket` {
    static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    static func store(
        _ endpoint: String, _ clock: ManualClock, prefix: String = "made", publicURL: String? = nil,
        signedEndpoint: String? = nil,
        trustedRoots: String? = nil,
        change: (inout S3Times) -> Void = { _ in }
    ) throws -> S3Blobs {
        var times = S3Times()
        times.retryPause = .milliseconds(1)
        change(&times)
        return try S3Blobs(
            endpoint: endpoint, region: "eu-central-1", bucket: "pictures", prefix: prefix, accessKey: "AKIDEXAMPLE",
            secretKey: secret,
            keepsSeconds: 3600, publicURL: publicURL, signedEndpoint: signedEndpoint, trustedRoots: trustedRoots, times: times,
            group: MultiThreadedEventLoopGroup.singleton,
            now: { clock.now() })
    }

    /// Runs `test` with a store whose server is `bucket`.
    private func withStore(
        _ bucket: ScriptedBucket = ScriptedBucket(), change: (inout S3Times) -> Void = { _ in },
        _ test: (S3Blobs, ScriptedUpstream) async throws -> Void
    ) async throws {
        let server = try await ScriptedUpstream.start { bucket.answer($0) }
        let store = try Self.store("http://127.0.0.1:\(server.port)", bucket.clock, change: change)
        do { try await test(store, server) } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    @Test func `give back what was put, as long as it was not removed`() async throws {
        let bucket = ScriptedBucket()
        try await withStore(bucket) { store, _ in try await Expected.roundTrips(store, at: bucket.clock.now()) }
    }

    @Test func `are the last of two of one name`() async throws {
        try await withStore { store, _ in try await Expected.replaces(store) }
    }

    @Test(arguments: [1, 2, 4096, 65_537, 1_000_003, BlobLimits.pictureBytesMax])
    func `are of every size`(bytes: Int) async throws {
        try await withStore { store, _ in try await Expected.keeps(bytes, in: store) }
    }

    @Test(arguments: [0, BlobLimits.pictureBytesMax + 1])
    func `are not what can be no picture`(bytes: Int) async throws {
        try await withStore { store, server in
            try await Expected.refuses(bytes, in: store)
            #expect(server.requests.allSatisfy { $0.method == "GET" })
        }
    }

    @Test func `are served two hundred at once`() async throws {
        try await withStore { store, _ in try await Expected.standsCrowds(store) }
    }

    @Test func `are put with their type and a signature of their bytes`() async throws {
        let bucket = ScriptedBucket()
        try await withStore(bucket) { store, server in
            let name = try Given.name("a", .jpeg)
            try await store.put(Array("Welcome to Amazon S3.".utf8), as: name)
            #expect(bucket.keys == ["made/\(name)"])
            #expect(bucket.type(of: "made/\(name)") == "image/jpeg")
            let request = try #require(server.requests.first)
            #expect(request.target == "/pictures/made/\(name)")
            #expect(request[header: "host"] == "127.0.0.1:\(server.port)")
            #expect(
                request[header: "x-amz-content-sha256"] == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
                "the digest of S3's own example")
            #expect(request[header: "x-amz-date"] == "20260101T000000Z")
            #expect(
                request[header: "authorization"]?.hasPrefix(
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-central-1/s3/aws4_request, "
                        + "SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=") == true)
        }
    }

    @Test func `are read up to the moment they expire`() async throws {
        let bucket = ScriptedBucket()
        try await withStore(bucket) { store, _ in
            let name = try Given.name()
            try await store.put([1], as: name)
            bucket.clock.advance(bySeconds: 3599)
            #expect(try await store.read(name) != nil)
            bucket.clock.advance(bySeconds: 1)
            #expect(try await store.read(name) == nil)
        }
    }

    // MARK: Sweeping

    @Test func `are swept page by page, the old ones of this store alone`() async throws {
        let bucket = ScriptedBucket(pageKeys: 7)
        let others = [
            "elsewhere/\(try Given.name())", "made/\(try Given.name()).bak", "made/a&b", "made/deeper/\(try Given.name())",
            "madeup",
        ]
        others.forEach(bucket.lay)
        try await withStore(bucket) { store, _ in
            let names = Given.names(40)
            for name in names.prefix(30) { try await store.put([1], as: name) }
            bucket.clock.advance(bySeconds: 10)
            for name in names.suffix(10) { try await store.put([1], as: name) }
            #expect(try await store.sweep(before: bucket.clock.now()) == 30)
            #expect(bucket.keys == (others + names.suffix(10).map { "made/\($0)" }).sorted())
            #expect(try await store.sweep(before: bucket.clock.now()) == 0)
        }
    }

    @Test func `are swept in turns, each going on where the last one ended`() async throws {
        let bucket = ScriptedBucket(pageKeys: 1)
        try await withStore(bucket) { store, server in
            let names = Given.names(150)
            for name in names { try await store.put([1], as: name) }
            bucket.clock.advance(bySeconds: 10)
            #expect(try await store.sweep(before: bucket.clock.now()) == 100)
            #expect(try await store.sweep(before: bucket.clock.now()) == 50)
            #expect(bucket.keys.isEmpty)
            #expect(server.requests.filter { $0.target.contains("start-after=") }.count == 1)
        }
    }

    @Test(arguments: [(locked: 0, left: 0), (1, 1), (9, 9)])
    func `are swept past those that cannot be removed`(locked: Int, left: Int) async throws {
        let bucket = ScriptedBucket(pageKeys: 5)
        try await withStore(bucket) { store, _ in
            let names = Given.names(30)
            for name in names { try await store.put([1], as: name) }
            for name in names.prefix(locked) { bucket.lock("made/\(name)") }
            bucket.clock.advance(bySeconds: 10)
            do throws(BlobFault) {
                let removed = try await store.sweep(before: bucket.clock.now())
                #expect(removed == 30 && locked == 0)
            } catch {
                #expect(error.description.hasSuffix("403 AccessDenied, the key may not do this"))
                #expect(locked > 0)
            }
            #expect(bucket.keys.count == left)
        }
    }

    @Test func `are not swept on when too many cannot be removed`() async throws {
        let bucket = ScriptedBucket()
        try await withStore(bucket) { store, server in
            let names = Given.names(60)
            for name in names {
                try await store.put([1], as: name)
                bucket.lock("made/\(name)")
            }
            bucket.clock.advance(bySeconds: 10)
            await #expect(throws: BlobFault.self) { try await store.sweep(before: bucket.clock.now()) }
            #expect((10..<30).contains(server.requests.filter { $0.method == "DELETE" }.count))
            #expect(bucket.keys.count == 60)
        }
    }

    @Test(arguments: [
        "", "<html>welcome</html>", "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>", "<ListBucketResult",
    ])
    func `are not swept by a list that is none`(list: String) async throws {
        let bucket = ScriptedBucket()
        try await withStore(bucket) { store, _ in
            bucket.fail(with: [.body(list)])
            let fault = await #expect(throws: BlobFault.self) { try await store.sweep(before: bucket.clock.now()) }
            if !list.hasSuffix("</ListBucketResult>"), list != "<ListBucketResult" {
                #expect(fault?.description.hasSuffix("no list of keys") == true)
            }
        }
    }

    // MARK: Addresses

    @Test(
        arguments: [
            (asked: 60, signed: 60), (0, 1), (-5, 1), (604_800, 604_800), (604_801, 604_800), (90_000_000, 604_800),
        ] as [(asked: Int64, signed: Int64)])
    func `have signed addresses, for a week at most`(asked: Int64, signed: Int64) throws {
        let clock = ManualClock()
        let store = try Self.store("https://s3.example:9000", clock)
        let name = try Given.name()
        guard case .url(let url) = store.address(of: name, until: clock.now().advanced(bySeconds: asked)) else {
            Issue.record("not another server's")
            return
        }
        #expect(
            url.hasPrefix(
                "https://s3.example:9000/pictures/made/\(name)?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE%2F"))
        #expect(url.contains("&X-Amz-Date=20260101T000000Z&X-Amz-Expires=\(signed)&"))
        #expect(url.hasSuffix("&X-Amz-SignedHeaders=host"))
        #expect(!url.contains(Self.secret) && !url.contains("wJalr"))
    }

    @Test(arguments: [
        ("https://pictures.example", "https://pictures.example/made/"),
        ("https://cdn.example:8443/p/", "https://cdn.example:8443/p/made/"),
    ])
    func `have plain addresses below a public one`(publicURL: String, start: String) throws {
        let clock = ManualClock()
        let store = try Self.store("http://127.0.0.1:9", clock, publicURL: publicURL)
        let name = try Given.name()
        #expect(store.address(of: name, until: clock.now()) == .url("\(start)\(name)"))
    }

    @Test func `have addresses that are signed for the endpoint as callers reach it`() throws {
        let clock = ManualClock()
        let name = try Given.name()
        let expiry = clock.now().advanced(bySeconds: 60)
        let inside = try Self.store("http://minio:9000", clock, signedEndpoint: "https://s3.example/store")
        let outside = try Self.store("https://s3.example/store", clock)
        #expect(inside.address(of: name, until: expiry) == outside.address(of: name, until: expiry))
        #expect(
            "\(inside.address(of: name, until: expiry))".contains(
                "https://s3.example/store/pictures/made/\(name)?X-Amz-Algorithm="))
    }

    // MARK: What cannot be used

    @Test(arguments: [
        "", "s3.example", "ftp://s3.example", "https://", "https://user:pw@s3.example", "https://s3.example/?x=1",
        "https://s3.example/#x",
        "https://s3.example:0", "https://s3.example:65536", "https://s3 .example", "https://-s3.example", "https://[::1",
        "https://[1]",
        "https://s3.example/../x", "https://s3.example//x", "https://s3.exämple", "https://127.1", "https://0x7f.1",
        "https://1.2.3.256", "https://01.2.3.4", "https://2130706433", "https://s3.example\r\nx: y",
    ])
    func `need an endpoint that can be read in one way only`(endpoint: String) {
        let fault = #expect(throws: BlobFault.self) { try Self.store(endpoint, ManualClock()) }
        #expect(fault?.description.hasPrefix("endpoint: ") == true)
        #expect(fault?.description.contains("pw") == false)
        #expect(throws: BlobFault.self) { try Self.store("https://s3.example", ManualClock(), publicURL: endpoint) }
    }

    @Test(arguments: ["/", "/a", "a//b", "../a", "a/../b", "a b", "a?b", "ä", "a\n"])
    func `need a prefix of plain names`(prefix: String) {
        #expect(throws: BlobFault.self) { try Self.store("https://s3.example", ManualClock(), prefix: prefix) }
    }

    @Test(arguments: [
        "", "ab", "Pictures", "a/b", "-ab", "ab-", "a..b", "pictures?", "192.168.0.1/x", String(repeating: "a", count: 64),
    ])
    func `need a bucket's name`(bucket: String) {
        #expect(throws: BlobFault.self) {
            try S3Blobs(
                endpoint: "https://s3.example", region: "auto", bucket: bucket, accessKey: "a", secretKey: "s", keepsSeconds: 1,
                group: MultiThreadedEventLoopGroup.singleton)
        }
    }
}
