import BlobStores
import Foundation
import Inference
import TestKit
import Testing
import Units

@Suite struct `A directory of pictures` {
    let scratch: Scratch
    let clock = ManualClock()

    init() throws { scratch = try Scratch() }

    func store(keepsSeconds: Int64 = 3600, sweepEntriesMax: Int = 1000) throws -> DirectoryBlobs {
        try DirectoryBlobs(
            path: scratch.path + "/images", keepsSeconds: keepsSeconds, sweepEntriesMax: sweepEntriesMax,
            now: { [clock] in clock.now() })
    }

    @Test func `gives back what was put, as long as it was not removed`() async throws {
        try await Expected.roundTrips(try store(), at: clock.now())
    }

    @Test func `has the last of two pictures of one name`() async throws { try await Expected.replaces(try store()) }

    @Test(arguments: [1, 2, 4095, 4096, 4097, 65_536, 1_000_003, BlobLimits.pictureBytesMax])
    func `keeps pictures of every size`(bytes: Int) async throws { try await Expected.keeps(bytes, in: try store()) }

    @Test(arguments: [0, BlobLimits.pictureBytesMax + 1])
    func `refuses what can be no picture`(bytes: Int) async throws { try await Expected.refuses(bytes, in: try store()) }

    @Test func `serves two hundred at once`() async throws { try await Expected.standsCrowds(try store()) }

    @Test func `has one of many pictures put at once under one name, whole`() async throws {
        try await Expected.keepsOneOfMany(try store())
        #expect(scratch.contents.allSatisfy { !$0.contains("draft") })
    }

    @Test func `lays files where they belong, for its owner alone`() async throws {
        let name = try Given.name("b", .webp)
        try await store().put([1, 2, 3], as: name)
        #expect(scratch.contents == ["images", "images/bb", "images/bb/bb", "images/bb/bb/\(name)"])
        for folder in scratch.contents.dropLast() { #expect(try scratch.mode(of: folder) == 0o700, "\(folder)") }
        #expect(try scratch.mode(of: "images/bb/bb/\(name)") == 0o600)
        #expect(try Data(contentsOf: URL(filePath: scratch.path + "/images/bb/bb/\(name)")) == Data([1, 2, 3]))
    }

    @Test func `leaves a directory that was there as it is`() async throws {
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/images", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
        _ = try store()
        #expect(try scratch.mode(of: "images") == 0o755)
    }

    @Test func `is found again by the next process, with its times`() async throws {
        let name = try Given.name()
        try await store().put([7], as: name)
        clock.advance(bySeconds: 60)
        let back = try #require(try await store().read(name))
        #expect(back.bytes == [7])
        #expect(back.put == clock.now().advanced(bySeconds: -60))
    }

    @Test func `reads a picture up to the moment it expires`() async throws {
        let (store, name) = (try store(keepsSeconds: 100), try Given.name())
        try await store.put([1], as: name)
        clock.advance(bySeconds: 99)
        #expect(try await store.read(name) != nil)
        clock.advance(bySeconds: 1)
        #expect(try await store.read(name) == nil)
        try await store.put([2], as: name)
        #expect(try await store.read(name)?.bytes == [2], "put anew it is kept anew")
    }

    @Test func `names pictures by a path of the server`() throws {
        let name = try Given.name("c", .jpeg)
        let address = try store().address(of: name, until: clock.now().advanced(bySeconds: 60))
        #expect(address == .path("/images/\(String(repeating: "c", count: 40)).jpg"))
    }

    @Test func `says that it can be written to, and leaves nothing of it behind`() async throws {
        let report = try await store().check()
        #expect(report.usable, "\(report.summary)")
        #expect(report.summary.hasPrefix("\(scratch.path)/images: can be written to, "))
        #expect(scratch.contents == ["images"])
    }

    @Test(arguments: ["missing/images", "file"])
    func `cannot be where there is no directory to hold it`(place: String) throws {
        try scratch.write("x", to: "file")
        let fault = #expect(throws: BlobFault.self) { try DirectoryBlobs(path: scratch.path + "/" + place, keepsSeconds: 1) }
        #expect(fault?.description.contains(place) == true, "\(String(describing: fault))")
    }

    @Test func `keeps what a cancelled task puts`() async throws {
        let (store, name) = (try store(), try Given.name())
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            try await store.put([1], as: name)
        }
        task.cancel()
        try await task.value
        #expect(try await store.read(name)?.bytes == [1])
    }
}
