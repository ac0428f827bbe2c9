import BlobStores
import Foundation
import Inference
import TestKit
import Testing
import Units

extension `A directory of pictures` {
    /// Links and other things that somebody else laid into the directory.
    @Suite struct `With traps in it` {
        let scratch: Scratch
        let store: DirectoryBlobs
        let name: BlobName
        let secret = "somebody else's"

        init() throws {
            scratch = try Scratch()
            store = try DirectoryBlobs(path: scratch.path + "/images", keepsSeconds: 3600)
            name = try Given.name("a")
            try scratch.write(secret, to: "outside/aa/\(name)")
            try scratch.write(secret, to: "outside/\(name)")
        }

        private func outside(_ name: String) -> String? {
            try? String(contentsOfFile: scratch.path + "/outside/" + name, encoding: .utf8)
        }

        @Test func `does not follow a link in a picture's place`() async throws {
            try await store.put([1], as: name)
            let place = "images/aa/aa/\(name)"
            try FileManager.default.removeItem(atPath: scratch.path + "/" + place)
            try scratch.link(place, to: scratch.path + "/outside/\(name)")

            let fault = await #expect(throws: BlobFault.self) { try await store.read(name) }
            #expect(fault?.description.contains(secret) == false)
            try await store.put([2], as: name)
            #expect(try await store.read(name)?.bytes == [2], "the link itself was replaced")
            #expect(outside("\(name)") == secret)
        }

        @Test(arguments: ["images/aa", "images/aa/aa"])
        func `does not follow a link in a folder's place`(place: String) async throws {
            if place == "images/aa/aa" { try scratch.write("", to: "images/aa/x") }
            try scratch.link(place, to: scratch.path + "/outside")

            await #expect(throws: BlobFault.self) { try await store.put([1], as: name) }
            await #expect(throws: BlobFault.self) { try await store.read(name) }
            await #expect(throws: BlobFault.self) { try await store.remove(name) }
            #expect(try await store.sweep(before: Instant(seconds: 9_000_000_000)) == 0)
            #expect(outside("\(name)") == secret)
            #expect(outside("aa/\(name)") == secret)
            #expect(scratch.contents.filter { $0.hasPrefix("outside") }.count == 4, "nothing was added there")
        }

        @Test func `does not wait for a pipe`() async throws {
            try await store.put([1], as: name)
            let place = scratch.path + "/images/aa/aa/\(name)"
            try FileManager.default.removeItem(atPath: place)
            #expect(mkfifo(place, 0o600) == 0)
            await #expect(throws: BlobFault.self) { try await store.read(name) }
        }

        @Test func `does not read a file that is too large`() async throws {
            try await store.put([1], as: name)
            let place = scratch.path + "/images/aa/aa/\(name)"
            #expect(truncate(place, off_t(BlobLimits.pictureBytesMax + 1)) == 0)
            await #expect(throws: BlobFault.self) { try await store.read(name) }
        }

        @Test func `leaves nothing behind when a picture cannot take its place`() async throws {
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/images/aa/aa/\(name)", withIntermediateDirectories: true)
            await #expect(throws: BlobFault.self) { try await store.put([1], as: name) }
            #expect(
                scratch.contents.filter { $0.hasPrefix("images") } == [
                    "images", "images/aa", "images/aa/aa", "images/aa/aa/\(name)",
                ])
        }

        @Test func `never names a picture in a fault`() async throws {
            try scratch.write("", to: "images/aa/aa")
            let fault = await #expect(throws: BlobFault.self) { try await store.put([1], as: name) }
            #expect(fault?.description.contains(name.digits) == false, "\(String(describing: fault))")
        }
    }

    @Test(.enabled(if: SmallDisk() != nil, "skipped: mounting a small file system takes root"))
    func `on a full disk refuses a picture, leaves nothing of it and keeps the others`() async throws {
        let disk = try #require(SmallDisk())
        let store = try DirectoryBlobs(path: disk.path + "/images", keepsSeconds: 3600)
        let names = Given.names(40)
        var kept: [BlobName] = []
        var fault: BlobFault?
        for name in names where fault == nil {
            do throws(BlobFault) {
                try await store.put(Given.bytes(100_000), as: name)
                kept.append(name)
            } catch { fault = error }
        }
        #expect(fault?.description.contains("No space left on device") == true, "\(String(describing: fault))")
        #expect(!kept.isEmpty)
        let files = FileManager.default.enumerator(atPath: disk.path)?.compactMap { $0 as? String }.filter { $0.count > 20 }
        #expect(files?.count == kept.count, "no draft is left")
        for name in kept { #expect(try await store.read(name)?.bytes == Given.bytes(100_000)) }

        let first = try #require(kept.first)
        try await store.remove(first)
        try await store.put(Given.bytes(90_000), as: first)
        #expect(try await store.read(first)?.bytes == Given.bytes(90_000))
    }
}

extension `A directory of pictures` {
    @Test func `has whole pictures after a kill in the middle of many puts`() async throws {
        let path = scratch.path + "/images"
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let store = try DirectoryBlobs(path: path, keepsSeconds: 3600)
            try await withThrowingTaskGroup { group in
                for (index, name) in Given.names(200).enumerated() {
                    group.addTask {
                        try await store.put(Given.bytes(200_000, index), as: name)
                        if index == 100 { kill(getpid(), SIGKILL) }
                    }
                }
                try await group.waitForAll()
            }
        }
        let store = try DirectoryBlobs(path: path, keepsSeconds: 3600)
        var whole = 0
        for (index, name) in Given.names(200).enumerated() {
            guard let picture = try await store.read(name) else { continue }
            #expect(picture.bytes == Given.bytes(200_000, index))
            whole += 1
        }
        #expect((1..<200).contains(whole))
        let files = scratch.contents.filter { $0.contains(".") }
        #expect(files.filter { !$0.contains(".draft-") }.count == whole, "what is not whole is called a draft")
    }
}

/// A file system of a mebibyte, which only an administrator can make.
private final class SmallDisk {
    let path: String

    init?() {
        path = NSTemporaryDirectory() + "small-" + UUID().uuidString
        guard (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)) != nil,
            mount("tmpfs", path, "tmpfs", 0, "size=1m") == 0
        else { return nil }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        try? FileManager.default.removeItem(atPath: path)
    }
}
