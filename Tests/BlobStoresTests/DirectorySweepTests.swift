import BlobStores
import Foundation
import Inference
import TestKit
import Testing
import Units

extension `A directory of pictures` {
    @Test func `loses the old ones to a sweep, and the folders that are empty then`() async throws {
        let (store, names) = (try store(), Given.names(60))
        for name in names.prefix(40) { try await store.put([1], as: name) }
        clock.advance(bySeconds: 10)
        for name in names.suffix(20) { try await store.put([2], as: name) }
        #expect(try await store.sweep(before: clock.now()) == 40)
        #expect(try await store.sweep(before: clock.now()) == 0)
        for name in names.prefix(40) { #expect(try await store.read(name) == nil) }
        for name in names.suffix(20) { #expect(try await store.read(name)?.bytes == [2]) }
        #expect(try await store.sweep(before: clock.now().advanced(bySeconds: 1)) == 20)
        #expect(scratch.contents == ["images"])
    }

    @Test func `is swept of what crashes left half written, once it is nobody's`() async throws {
        let store = try store()
        try await store.put([1], as: try Given.name("a"))
        for (place, age) in [("aa/aa/.draft-1", 3599), ("aa/aa/.draft-2", 3601), (".draft-3", 3601), ("bb/cc/.draft-4", 3601)] {
            try scratch.write("half a pict", to: "images/\(place)")
            try scratch.setTime(of: "images/\(place)", clock.now().advanced(bySeconds: Int64(-age)))
        }
        #expect(try await store.sweep(before: clock.now()) == 0, "they are no pictures")
        #expect(scratch.contents.filter { $0.contains("draft") } == ["images/aa/aa/.draft-1"])
        #expect(try await store.read(try Given.name("a"))?.bytes == [1])
        #expect(!scratch.contents.contains("images/bb"))
    }

    @Test func `keeps what is not its own`() async throws {
        let store = try store()
        let others = [
            "README", "lost+found/x", "aa/notes.txt", "aa/aa/notes.txt", "aa/aa/\(String(repeating: "a", count: 40)).gif",
            "AA/BB/x", "aaa/x",
        ]
        for name in others {
            try scratch.write("x", to: "images/\(name)")
            try scratch.setTime(of: "images/\(name)", Instant(seconds: 0))
        }
        #expect(try await store.sweep(before: clock.now()) == 0)
        for name in others { #expect(scratch.contents.contains("images/\(name)")) }
    }

    @Test(arguments: [1, 2, 7, 1000])
    func `is swept in as many turns as it takes`(entries: Int) async throws {
        let (store, names) = (try store(sweepEntriesMax: entries), Given.names(50))
        for name in names { try await store.put([1], as: name) }
        clock.advance(bySeconds: 10)
        var (removed, turns) = (0, 0)
        while removed < 50, turns < 400 {
            let now = try await store.sweep(before: clock.now())
            #expect(now <= entries, "a turn looks at no more")
            removed += now
            turns += 1
        }
        #expect(removed == 50)
        #expect(turns >= 50 / entries)
    }

    @Test func `is swept while pictures are put and read`() async throws {
        let (store, names) = (try store(), Given.names(300))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for name in names {
                group.addTask {
                    try await store.put([3], as: name)
                    try await store.remove(name)
                    try await store.put([4], as: name)
                }
            }
            for _ in 0..<50 {
                group.addTask {
                    let removed = try await store.sweep(before: Instant(seconds: 1))
                    #expect(removed == 0)
                }
            }
            try await group.waitForAll()
        }
        for name in names { #expect(try await store.read(name)?.bytes == [4]) }
    }

    @Test func `is swept past a folder that cannot be`() async throws {
        let store = try store()
        try await store.put([1], as: try Given.name("a"))
        try await store.put([1], as: try Given.name("b"))
        // A folder in a picture's place and as old as one is no picture, and a picture that is a folder cannot be removed as a file.
        let place = "images/aa/aa/\(String(repeating: "a", count: 40)).webp"
        try FileManager.default.createDirectory(atPath: scratch.path + "/" + place, withIntermediateDirectories: false)
        clock.advance(bySeconds: 10)
        #expect(try await store.sweep(before: clock.now()) == 2)
        #expect(scratch.contents.contains(place))
    }
}
