import BlobStores
import Inference
import TestKit
import Testing
import Units

/// What every store of pictures does.
enum Expected {
    static func roundTrips(_ store: some BlobStore, at now: Instant) async throws {
        for format in PictureFormat.allCases {
            let name = try Given.name("a", format)
            #expect(try await store.read(name) == nil, "nothing was put yet")
            try await store.put(Given.bytes(1000), as: name)
            let back = try #require(try await store.read(name))
            #expect(back.bytes == Given.bytes(1000))
            #expect(abs(back.put.microseconds - now.microseconds) < 10_000_000, "\(back.put)")
            try await store.remove(name)
            #expect(try await store.read(name) == nil)
            try await store.remove(name)
        }
    }

    static func replaces(_ store: some BlobStore) async throws {
        let name = try Given.name("b")
        try await store.put(Given.bytes(5000, 1), as: name)
        try await store.put(Given.bytes(10, 2), as: name)
        #expect(try await store.read(name)?.bytes == Given.bytes(10, 2))
        try await store.remove(name)
    }

    static func keeps(_ count: Int, in store: some BlobStore) async throws {
        let name = try Given.name("c")
        try await store.put(Given.bytes(count), as: name)
        #expect(try await store.read(name)?.bytes == Given.bytes(count))
        try await store.remove(name)
    }

    static func refuses(_ count: Int, in store: some BlobStore) async throws {
        let name = try Given.name("d")
        await #expect(throws: BlobFault.self) { try await store.put([UInt8](repeating: 1, count: count), as: name) }
        #expect(try await store.read(name) == nil)
    }

    /// Two hundred at once, each put, read, and half of them removed.
    static func standsCrowds(_ store: some BlobStore) async throws {
        let names = Given.names(200)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, name) in names.enumerated() {
                group.addTask {
                    try await store.put(Given.bytes(20_000 + index, index), as: name)
                    #expect(try await store.read(name)?.bytes == Given.bytes(20_000 + index, index))
                    if index % 2 == 0 { try await store.remove(name) }
                }
            }
            try await group.waitForAll()
        }
        for (index, name) in names.enumerated() {
            let kept = try await store.read(name)?.bytes
            #expect(kept == (index % 2 == 0 ? nil : Given.bytes(20_000 + index, index)))
            try await store.remove(name)
        }
    }

    /// One name put by many at once holds what one of them put, and nothing mixed.
    static func keepsOneOfMany(_ store: some BlobStore) async throws {
        let name = try Given.name("e")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask { try await store.put([UInt8](repeating: UInt8(index), count: 50_000), as: name) }
            }
            try await group.waitForAll()
        }
        let bytes = try #require(try await store.read(name)).bytes
        #expect(bytes.count == 50_000 && Set(bytes).count == 1)
        try await store.remove(name)
    }
}
