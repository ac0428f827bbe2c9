import NIOCore
import TestKit
import Testing

@testable import CLI

@Suite struct `Following a job` {
    private func follow(_ server: ImageServer) async throws -> (shown: [ImageReport.Status], last: ImageReport) {
        var shown: [ImageReport.Status] = []
        let last = try await server.visit().follow(ImageServer.ticket) { shown.append($0.status) }
        return (shown, last)
    }

    @Test func `a whole stream is all that is needed`() async throws {
        let server = try await ImageServer.start()
        let (shown, last) = try await follow(server)
        #expect(shown == [.pending, .processing, .success])
        #expect(last.seed == 7 && last.cost == "0.001500")
        #expect(server.upstream.requests.map(\.target) == ["/api/texttoimage/jobs/12/events?signature=s-1"])
        await server.upstream.stop()
    }

    @Test(arguments: ["refused", "no stream", "reset", "cut", "unreadable", "ended early"])
    func `where the stream does not tell the end, the job is asked after`(fault: String) async throws {
        let events: ImageServer.Route = { request in
            let start = ScriptedAnswer.lines([ImageServer.event(ImageServer.story[0])])
            return switch fault {
            case "refused": .json("{}", status: 404)
            case "no stream": .body("<html>", type: "text/html")
            case "reset": ScriptedAnswer([.reset])
            case "cut": start.cut(after: start.bytes.readableBytes - 5, by: .close)
            case "unreadable": .lines(["data: <html>\n\n"])
            default: start
            }
        }
        let server = try await ImageServer.start([
            ImageServer.events: events,
            ImageServer.look: { request in
                // The stream was the first request.
                request.number < 4 ? .json(ImageServer.story[request.number - 2]) : .json(ImageServer.success(at: request))
            },
        ])
        let (shown, last) = try await follow(server)
        #expect(shown.suffix(3) == [.pending, .processing, .success])
        #expect(last.status == .success)
        #expect(server.requests(ImageServer.look).count == 3)
        #expect(server.upstream.requests.allSatisfy { $0[header: "authorization"] == nil })
        await server.upstream.stop()
    }

    @Test func `a server that is away for a while is asked again`() async throws {
        let server = try await ImageServer.start([
            ImageServer.events: { _ in ScriptedAnswer([.reset]) },
            ImageServer.look: { request in
                request.number < 6 ? ScriptedAnswer([.reset]) : .json(ImageServer.success(at: request))
            },
        ])
        #expect(try await follow(server).last.status == .success)
        #expect(server.requests(ImageServer.look).count == 5)
        await server.upstream.stop()
    }

    @Test func `a server that stays away is given up`() async throws {
        let server = try await ImageServer.start()
        let visit = try server.visit()
        await server.upstream.stop()
        do {
            _ = try await visit.follow(ImageServer.ticket) { _ in }
            Issue.record("nobody was there")
        } catch let failure as Failure {
            #expect(failure.status == .unavailable)
            #expect(failure.message.hasSuffix("job 12 may go on when the server is back"))
        }
    }

    @Test func `a job that is not there is not asked after again`() async throws {
        let missing = #"{"status":"error","image_url":null,"message":"there is no such job","code":"job_not_found"}"#
        let server = try await ImageServer.start([
            ImageServer.events: { _ in .json(missing, status: 404) }, ImageServer.look: { _ in .json(missing, status: 404) },
        ])
        let last = try await follow(server).last
        #expect(last.failure == Failure(.refused, "job_not_found: there is no such job"))
        #expect(server.requests(ImageServer.look).count == 1)
        await server.upstream.stop()
    }

    @Test func `a picture that breaks off is fetched again, and never taken for whole`() async throws {
        let broken = try await ImageServer.start([ImageServer.picture: { _ in .file(ImageServer.file, claiming: 9000) }])
        await #expect(throws: Failure.self) { try await broken.visit().fetch(broken.url + "/images/a.png") }
        #expect(broken.titles.count == ImageLimits.fetchesMax)
        await broken.upstream.stop()

        let second = try await ImageServer.start([
            ImageServer.picture: { $0.number == 1 ? .file(ImageServer.file, claiming: 9000) : .file(ImageServer.file) }
        ])
        #expect(try await second.visit().fetch(second.url + "/images/a.png") == ImageServer.file)
        await second.upstream.stop()
    }

    @Test(arguments: [1, 2, 7, 4096]) func `events are read however they are cut`(size: Int) throws {
        let text =
            ": keep-alive\n\n" + ImageServer.story.map { ImageServer.event($0) }.joined()
            + ImageServer.event(ImageServer.success(url: "http://h/a"), name: "done")
        var reading = EventReading()
        var shown: [ImageReport] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            try reading.take(Array(rest.prefix(size))) { shown.append($0) }
            rest = rest.dropFirst(size)
        }
        #expect(shown.map(\.status) == [.pending, .processing, .success])
        #expect(shown.map(\.queuePosition) == [3, 0, nil])
        #expect(reading.last?.imageUrl == "http://h/a")
    }

    @Test func `an event without an end is given up`() {
        var reading = EventReading()
        let endless = [UInt8](repeating: 0x20, count: ImageLimits.answerBytesMax + 1)
        #expect(throws: Failure(.unavailable, "an event of the job is too long")) { try reading.take(endless) { _ in } }
    }
}
