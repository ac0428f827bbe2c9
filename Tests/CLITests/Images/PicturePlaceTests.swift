import Foundation
import Testing

@testable import CLI

@Suite struct `Where a picture comes from and goes to` {
    private let picture = ImageWait.Picture(
        report: ImageReport(status: .success, imageUrl: "http://h/a.png", format: "jpeg"), bytes: ImageServer.file)

    private let silent = Terminal(environment: [:], write: { _ in }, writeNote: { _ in }, readAll: { [] })

    private func keep(at path: String) throws -> String? {
        try PicturePlace(path).keep(picture, of: ImageServer.ticket, at: silent)
    }

    @Test(arguments: [
        ("http://127.0.0.1:8080/images/a.png", "http://127.0.0.1:8080", false, "127.0.0.1:8080", "/images/a.png"),
        // Behind a proxy that speaks TLS for it, a server knows its name but not its scheme.
        ("http://ai.example/images/a.png", "https://ai.example", true, "ai.example", "/images/a.png"),
        (
            "https://s3.example/b/a.png?X-Amz-Signature=1%2F2", "https://ai.example/below", true, "s3.example",
            "/b/a.png?X-Amz-Signature=1%2F2"
        ),
        ("https://s3.example:9000/a.png", "http://127.0.0.1:8080", true, "s3.example:9000", "/a.png"),
        ("http://[::1]:9/a.png", "http://[::1]:9", false, "[::1]:9", "/a.png"),
    ])
    func `an address is followed to its host`(url: String, asked: String, isSecure: Bool, authority: String, path: String) throws
    {
        let source = try PictureSource(url, at: ServerAddress(asked))
        #expect(source.server.isSecure == isSecure)
        #expect(source.server.authority == authority)
        #expect(source.server.prefix == "")
        #expect(source.path == path)
    }

    @Test(arguments: [
        "", "/images/a.png", "ftp://h/a.png", "file:///etc/passwd", "http://u:p@h@/a.png", "http://h",
        "http://h/" + String(repeating: "a", count: 9000),
        // What was asked over TLS does not go on without it.
        "http://elsewhere.example/a.png",
    ])
    func `an address that is none, or not safe, is not followed`(url: String) throws {
        let asked = try ServerAddress("https://ai.example")
        #expect(throws: Failure.self) { try PictureSource(url, at: asked) }
    }

    @Test func `a file is replaced whole, and nothing is left beside it`() throws {
        let folder = try Folder()
        let path = folder.path + "/a.png"
        try Data("an older and much longer picture".utf8).write(to: URL(fileURLWithPath: path))
        #expect(try keep(at: path) == path)
        #expect(folder.names == ["a.png"])
        #expect(folder.bytes("a.png") == ImageServer.file)
    }

    @Test func `a link is followed and stays`() throws {
        let folder = try Folder()
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/link.png", withDestinationPath: folder.path + "/real.png")
        try Data("old".utf8).write(to: URL(fileURLWithPath: folder.path + "/real.png"))
        _ = try keep(at: folder.path + "/link.png")
        #expect(folder.names == ["link.png", "real.png"])
        #expect(folder.bytes("real.png") == ImageServer.file)
        #expect((try? FileManager.default.destinationOfSymbolicLink(atPath: folder.path + "/link.png")) != nil)
    }

    @Test func `a device is written into and stays one`() throws {
        #expect(try keep(at: "/dev/null") == "/dev/null")
        let type = try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        #expect(type == .typeCharacterSpecial)
    }

    @Test func `what cannot be written is said with the address of the picture`() throws {
        let folder = try Folder()
        do {
            _ = try keep(at: folder.path + "/gone/a.png")
            Issue.record("there is no such folder")
        } catch let failure as Failure {
            #expect(failure.status == .inputOutput)
            #expect(failure.message.hasSuffix("the picture is made and paid for, and lies at http://h/a.png"))
        }
        #expect(folder.names.isEmpty)
    }

    @Test(arguments: [
        (false, 0.0, "painting, 0 %\n"), (false, 0.49, "painting, 25 %\n"), (false, 1, "painting, 100 %\n"),
        (false, .nan, "painting, 0 %\n"), (false, 9, "painting, 100 %\n"), (false, -1, "painting, 0 %\n"),
        (true, 0.25, "\r\u{1B}[Kpainting [########------------------------] 25 %"),
    ])
    func `progress is told`(isWatched: Bool, done: Double, text: String) {
        var progress = ImageProgress(isWatched: isWatched)
        let report = ImageReport(status: .processing, progress: done)
        #expect(progress.text(for: report) == text)
        #expect(progress.text(for: report) == nil, "once")
    }

    @Test(arguments: [
        (1, "waiting, next in the queue\n"), (0, "waiting, next in the queue\n"), (12, "waiting, number 12 in the queue\n"),
    ])
    func `the place in the queue is told`(position: Int, text: String) {
        var progress = ImageProgress(isWatched: false)
        #expect(progress.text(for: ImageReport(status: .pending, queuePosition: position)) == text)
    }
}
