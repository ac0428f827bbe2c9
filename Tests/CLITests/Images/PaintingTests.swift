import Foundation
import NIOCore
import NIOPosix
import TestKit
import Testing

@testable import CLI

/// The whole command against a server on a real socket.
@Suite struct `Having a picture painted` {
    private func run(
        _ arguments: [String], at server: ImageServer, in house: House = .empty, isWatched: Bool = false
    ) async -> Spoken {
        await Spoken.run(
            ["image"] + arguments, in: house, environment: ["MINITOOLAI_API_KEY": "sk-test-1", "MINITOOLAI_URL": server.url],
            isWatched: isWatched)
    }

    /// Somebody presses Ctrl-C once the server was asked for `title`.
    private func house(pressingAt title: String, of server: ImageServer) -> House {
        var house = House.empty
        house.signals = {
            AsyncStream {
                await server.upstream.wait { log in
                    log.requests.contains { "\($0.method) \($0.target)".hasPrefix(title) }
                } ? SIGINT : nil
            }
        }
        return house
    }

    @Test func `the picture lies where it was wanted, and seed and cost are said`() async throws {
        let (server, folder) = (try await ImageServer.start(), try Folder())
        let spoken = await run(["a lighthouse at dusk", "-o", folder.path + "/out.png"], at: server)
        #expect(spoken.status == 0)
        #expect(spoken.printed == folder.path + "/out.png\n")
        #expect(
            spoken.notes == """
                waiting, number 3 in the queue
                painting, 50 %
                seed 7 · cost 0.001500 · realvision · 512x384 · DPM++ SDE

                """)
        #expect(folder.names == ["out.png"])
        #expect(folder.bytes("out.png") == ImageServer.file)
        #expect(server.titles == [ImageServer.submit, ImageServer.events, ImageServer.picture])
        await server.upstream.stop()
    }

    @Test func `the request has what was typed, and nothing that was not`() async throws {
        let (server, folder) = (try await ImageServer.start(), try Folder())
        let typed = [
            "a lighthouse", "--model", "amigo", "--negative", "people", "--scheduler", "Euler a", "--steps", "8", "--cfg", "2.5",
            "--size",
            "1152x768", "--seed", "4294967295", "-o", folder.path + "/out.JPG",
        ]
        #expect(await run(typed, at: server).status == 0)
        #expect(await run(["a lighthouse", "-o", folder.path + "/out"], at: server).status == 0)
        let bodies = try server.requests(ImageServer.submit).map { request in
            try #require(try JSONSerialization.jsonObject(with: Data(request.text.utf8)) as? NSDictionary)
        }
        #expect(
            bodies == [
                [
                    "model": "amigo", "prompt": "a lighthouse", "negativePrompt": "people", "scheduler": "Euler a", "steps": 8,
                    "cfgScale": 2.5, "width": 1152, "height": 768, "seed": 4_294_967_295, "format": "jpeg",
                ], ["model": "realvision", "prompt": "a lighthouse"],
            ])
        await server.upstream.stop()
    }

    @Test func `the key is shown at submission alone`() async throws {
        let other = try await ImageServer.start()
        let url = other.url + "/images/a.png"
        let server = try await ImageServer.start([
            ImageServer.events: { _ in .lines([ImageServer.event(ImageServer.success(url: url))]) }
        ])
        #expect(await run(["x", "-o", "-"], at: server).bytes == ImageServer.file)
        #expect(server.upstream.requests.map { $0[header: "authorization"] } == ["Bearer sk-test-1", nil])
        #expect(other.upstream.requests.map { $0[header: "authorization"] } == [nil])
        await server.upstream.stop()
        await other.upstream.stop()
    }

    @Test func `with - the picture goes to standard output and nothing else does`() async throws {
        let server = try await ImageServer.start()
        let spoken = await run(["x", "-o", "-"], at: server)
        #expect(spoken.bytes == ImageServer.file)
        #expect(spoken.printed == "")
        #expect(spoken.notes.hasSuffix("seed 7 · cost 0.001500 · realvision · 512x384 · DPM++ SDE\n"))
        await server.upstream.stop()
    }

    @Test func `with --json one document is printed and nothing else is said`() async throws {
        let (server, folder) = (try await ImageServer.start(), try Folder())
        let spoken = await run(["x", "--json", "-o", folder.path + "/a.png"], at: server, isWatched: true)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(spoken.printed.utf8)) as? NSDictionary)
        #expect(
            document == [
                "job": 12, "file": folder.path + "/a.png", "url": server.url + "/images/a.png",
                "expires_at": "2026-11-27T00:00:00Z",
                "model": "realvision", "seed": 7, "scheduler": "DPM++ SDE", "width": 512, "height": 384, "format": "png",
                "cost": "0.001500",
            ])
        #expect(spoken.notes == "")
        await server.upstream.stop()
    }

    @Test func `where somebody watches, a bar is written over and gone at the end`() async throws {
        let server = try await ImageServer.start()
        let spoken = await run(["x", "-o", "-"], at: server, isWatched: true)
        #expect(
            spoken.notes == "\r\u{1B}[Kwaiting, number 3 in the queue\r\u{1B}[Kpainting [################----------------] 50 %"
                + "\r\u{1B}[Kseed 7 · cost 0.001500 · realvision · 512x384 · DPM++ SDE\n")
        await server.upstream.stop()
    }

    @Test func `Ctrl-C cancels the job at the server`() async throws {
        let server = try await ImageServer.start([
            ImageServer.events: { _ in
                ScriptedAnswer(Array(ScriptedAnswer.lines([ImageServer.event(ImageServer.story[1])]).steps.dropLast())).then(
                    .hang)
            }, ImageServer.cancel: { _ in .json(ImageServer.cancelled) },
        ])
        let folder = try Folder()
        let spoken = await run(
            ["x", "-o", folder.path + "/a.png"], at: server, in: house(pressingAt: ImageServer.events, of: server))
        #expect(spoken.status == 130)
        #expect(spoken.notes.hasSuffix("error: interrupted: job 12 was cancelled at the server; nothing was charged\n"))
        #expect(spoken.printed == "")
        #expect(folder.names.isEmpty)
        let cancels = server.requests(ImageServer.cancel)
        #expect(cancels.count == 1)
        #expect(
            try JSONSerialization.jsonObject(with: Data(cancels.first?.text.utf8 ?? "".utf8)) as? NSDictionary
                == ["jobid": 12, "signature": "s-1"])
        await server.upstream.stop()
    }

    @Test func `Ctrl-C during the submission waits for the job's number, then cancels it`() async throws {
        let gate = MultiThreadedEventLoopGroup.singleton.any().makePromise(of: Void.self)
        let server = try await ImageServer.start([
            ImageServer.submit: { _ in
                ScriptedAnswer([.wait(gate.futureResult)] + ScriptedAnswer.json(#"{"jobid":12,"signature":"s-1"}"#).steps)
            }, ImageServer.events: { _ in .silence }, ImageServer.cancel: { _ in .json(ImageServer.cancelled) },
        ])
        var house = House.empty
        house.signals = {
            AsyncStream { pressed in
                pressed.yield(SIGINT)
                gate.succeed()
            }
        }
        let spoken = await run(["x", "-o", "-"], at: server, in: house)
        #expect(spoken.status == 130)
        #expect(server.requests(ImageServer.cancel).count == 1)
        await server.upstream.stop()
    }

    @Test func `a picture that was made before Ctrl-C was heard is paid for, and is said to be`() async throws {
        let server = try await ImageServer.start([
            ImageServer.events: { _ in .silence }, ImageServer.cancel: { .json(ImageServer.success(at: $0)) },
        ])
        let spoken = await run(["x", "-o", "-"], at: server, in: house(pressingAt: ImageServer.events, of: server))
        #expect(spoken.status == 130)
        #expect(
            spoken.notes == "error: interrupted, but job 12 was over: the picture is made and paid for, and lies at "
                + "\(server.url)/images/a.png until 2026-11-27T00:00:00Z\n")
        await server.upstream.stop()
    }

    @Test(arguments: [
        (
            400, #"{"status":"error","jobid":null,"signature":null,"message":"steps must be between 1 and 8, got 9","code":"c"}"#,
            "400 c: steps must be between 1 and 8, got 9", 1
        ),
        (
            402, #"{"status":"error","jobid":null,"signature":null,"message":"No money.","code":"insufficient_quota"}"#,
            "402 insufficient_quota: No money.", 1
        ),
        (200, "<html>", "the answer (status 200) is not what this client knows: is the address right?", 69),
    ])
    func `a refusal is the server's own sentence`(status: Int, body: String, reason: String, exit: Int32) async throws {
        let server = try await ImageServer.start([ImageServer.submit: { _ in .json(body, status: status) }])
        let folder = try Folder()
        let spoken = await run(["x", "-o", folder.path + "/a.png"], at: server)
        #expect(spoken.status == exit)
        #expect(spoken.notes == "error: \(reason)\n")
        #expect(folder.names.isEmpty)
        #expect(server.titles == [ImageServer.submit])
        await server.upstream.stop()
    }

    @Test func `a job that failed is no picture and costs nothing`() async throws {
        let failed = #"{"status":"error","image_url":null,"message":"the engine failed at this picture","code":"job_failed"}"#
        let server = try await ImageServer.start([ImageServer.events: { _ in .lines([ImageServer.event(failed, name: "done")]) }])
        let spoken = await run(["x", "-o", "-"], at: server)
        #expect(spoken.status == 1)
        #expect(spoken.notes == "error: job_failed: the engine failed at this picture; nothing was charged\n")
        await server.upstream.stop()
    }

    @Test(arguments: [("the page is gone", 404, "answered with status 404"), ("<html>", 200, "sent is no picture")])
    func `what cannot be fetched leaves no file, and its address is told`(body: String, status: Int, reason: String) async throws
    {
        let server = try await ImageServer.start([ImageServer.picture: { _ in .body(body, status: status, type: "text/html") }])
        let folder = try Folder()
        let spoken = await run(["x", "-o", folder.path + "/a.png"], at: server)
        #expect(spoken.status == 1)
        #expect(spoken.notes.contains(reason))
        #expect(spoken.notes.hasSuffix("lies at \(server.url)/images/a.png until 2026-11-27T00:00:00Z\n"))
        #expect(folder.names.isEmpty)
        await server.upstream.stop()
    }

    @Test(arguments: ["/nowhere/at/all/a.png", "/tmp/", "/tmp"])
    func `a place that cannot be written to is refused before anything is asked`(place: String) async throws {
        let server = try await ImageServer.start()
        let spoken = await run(["x", "--format", "png", "-o", place], at: server)
        #expect(spoken.status == 74)
        #expect(server.titles.isEmpty)
        await server.upstream.stop()
    }

    @Test func `without a key nothing is asked`() async {
        let spoken = await Spoken.run(["image", "x"])
        #expect(spoken.status == 64)
        #expect(spoken.notes == "error: MINITOOLAI_API_KEY is not set; minitoolai key create makes a key\n")
    }
}
