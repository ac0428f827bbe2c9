import BlobStores
import Inference
import NIOCore
import TestKit
import Testing
import Units

extension `Pictures in an S3 bucket` {
    /// What goes wrong on the way, and what is done about it.
    @Suite struct `When the server has trouble` {
        private func withStore(
            change: (inout S3Times) -> Void = { _ in }, _ test: (S3Blobs, ScriptedBucket, ScriptedUpstream) async throws -> Void
        ) async throws {
            let bucket = ScriptedBucket()
            let server = try await ScriptedUpstream.start { bucket.answer($0) }
            let store = try `Pictures in an S3 bucket`.store("http://127.0.0.1:\(server.port)", bucket.clock, change: change)
            do { try await test(store, bucket, server) } catch {
                await server.stop()
                throw error
            }
            await server.stop()
        }

        static let passing: [ScriptedAnswer] = [
            .error(500, "InternalError"), .error(503, "SlowDown"), .error(502, ""), .error(504, ""),
            .error(429, "TooManyRequests"),
            .error(408, "RequestTimeout"), .error(400, "RequestTimeout"), ScriptedAnswer([.reset]), ScriptedAnswer([.close]),
            .raw("HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf").then(.close),
        ]

        @Test(arguments: passing.indices)
        func `is asked again`(trouble: Int) async throws {
            try await withStore { store, bucket, server in
                let name = try Given.name()
                let trouble = Self.passing[trouble]
                bucket.fail(with: [trouble, trouble])
                try await store.put([1, 2], as: name)
                #expect(server.requests.count == 3)
                bucket.fail(with: [trouble, trouble])
                #expect(try await store.read(name)?.bytes == [1, 2])
                bucket.fail(with: [trouble])
                try await store.remove(name)
                #expect(bucket.keys.isEmpty)
            }
        }

        @Test func `is asked three times in all`() async throws {
            try await withStore { store, bucket, server in
                bucket.fail(with: Array(repeating: .error(503, "SlowDown"), count: 5))
                let fault = await #expect(throws: BlobFault.self) { try await store.put([1], as: try Given.name()) }
                #expect(fault == BlobFault("PUT http://127.0.0.1:\(server.port)/pictures: 503 SlowDown"))
                #expect(server.requests.count == BlobLimits.attemptsMax)
            }
        }

        @Test(arguments: [
            (403, "SignatureDoesNotMatch", "403 SignatureDoesNotMatch, is the secret key right?"),
            (403, "InvalidAccessKeyId", "403 InvalidAccessKeyId, is the access key right?"),
            (403, "AccessDenied", "403 AccessDenied, the key may not do this"),
            (404, "NoSuchBucket", "404 NoSuchBucket, there is no such bucket"),
            (301, "PermanentRedirect", "301 PermanentRedirect, are endpoint and region those of the bucket?"),
            (307, "", "307, redirects are not followed: give the endpoint it leads to"),
            (403, "RequestTimeTooSkewed", "403 RequestTimeTooSkewed, one of the two clocks is wrong"),
            (400, "<b>wJalr</b>", "400"), (400, "a b", "400"), (400, String(repeating: "a", count: 65), "400"),
        ])
        func `is not asked again when that is of no use`(status: Int, code: String, words: String) async throws {
            try await withStore { store, bucket, server in
                for ask in Ask.allCases {
                    let before = server.requests.count
                    bucket.fail(with: [.error(status, code)])
                    let fault = await #expect(throws: BlobFault.self) { try await ask.perform(on: store) }
                    #expect(fault?.description.hasSuffix("/pictures: \(words)") == true, "\(String(describing: fault))")
                    #expect(fault?.description.contains("wJalr") == false)
                    #expect(server.requests.count == before + 1)
                }
            }
        }

        @Test func `is given up after its time`() async throws {
            let short = { (times: inout S3Times) in times.exchange = .milliseconds(300) }
            try await withStore(change: short) { store, bucket, server in
                bucket.fail(with: Array(repeating: .silence, count: 3))
                let fault = await #expect(throws: BlobFault.self) { try await store.read(.any) }
                #expect(
                    fault?.description.hasSuffix("no whole answer within the deadline") == true, "\(String(describing: fault))")
                #expect(server.requests.count == 3)
                #expect(await server.wait { $0.connectionsOpen == 0 }, "no connection is left behind")
            }
        }

        @Test func `that is not there is a fault`() async throws {
            let server = try await ScriptedUpstream.start { _ in .silence }
            let port = server.port
            await server.stop()
            let store = try `Pictures in an S3 bucket`.store("http://127.0.0.1:\(port)", ManualClock())
            let fault = await #expect(throws: BlobFault.self) { try await store.read(.any) }
            #expect(fault == BlobFault("GET http://127.0.0.1:\(port)/pictures: no connection: Connection refused"))
        }

        @Test(arguments: [
            ("SSH-2.0-OpenSSH_9.2\r\n", 0), ("HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n", 0),
            ("HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n", BlobLimits.pictureBytesMax + 1),
        ])
        func `that answers with something else is a fault`(start: String, more: Int) async throws {
            try await withStore { store, bucket, server in
                let answer = ScriptedAnswer.raw(start + String(repeating: "x", count: more))
                bucket.fail(with: Array(repeating: answer, count: 3))
                await #expect(throws: BlobFault.self) { try await store.read(.any) }
                #expect(server.requests.count == 1)
            }
        }

        @Test(arguments: [
            "", "Thu, 01 Foo 2026 00:00:00 GMT", "2026-01-01T00:00:00Z", "Thu, 01 Jan 2026 00:00:00 CET",
            "Thu, 31 Feb 2026 00:00:00 GMT",
        ])
        func `that does not say when a picture was put gives none`(time: String) async throws {
            try await withStore { store, bucket, _ in
                bucket.fail(with: [.body("x", headers: [("last-modified", time)])])
                await #expect(throws: BlobFault.self) { try await store.read(.any) }
            }
        }

        @Test func `says in a check what a key may not do`() async throws {
            try await withStore { store, bucket, server in
                let report = await store.check()
                #expect(report.usable, "\(report.summary)")
                #expect(report.summary == "http://127.0.0.1:\(server.port)/pictures: can be written to, read, listed and cleared")
                #expect(bucket.keys.isEmpty)
                bucket.fail(with: [.body("")] + [.error(403, "AccessDenied")])
                let refused = await store.check()
                #expect(!refused.usable)
                #expect(
                    refused.summary == "GET http://127.0.0.1:\(server.port)/pictures: 403 AccessDenied, the key may not do this")
            }
        }
    }
}

/// Everything that a store can be asked.
private enum Ask: CaseIterable {
    case put, read, remove, sweep

    func perform(on store: S3Blobs) async throws {
        switch self {
        case .put: try await store.put([1], as: .any)
        case .read: _ = try await store.read(.any)
        case .remove: try await store.remove(.any)
        case .sweep: _ = try await store.sweep(before: Instant(seconds: 1))
        }
    }
}

extension BlobName {
    fileprivate static var any: BlobName { Given.names(1)[0] }
}
