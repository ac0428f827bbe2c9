import Foundation
import NIOCore
import Synchronization
import TestKit

@testable import CLI

/// A scripted server of pictures: job 12, whose signature is "s-1".
struct ImageServer: Sendable {
    typealias Route = @Sendable (ScriptedRequest) -> ScriptedAnswer

    let upstream: ScriptedUpstream

    static let submit = "POST /api/texttoimage/"
    static let events = "GET /api/texttoimage/jobs/12/events"
    static let look = "POST /api/texttoimage/jobs/"
    static let cancel = "DELETE /api/texttoimage/jobs/"
    static let picture = "GET /images/a.png"

    /// A PNG as far as its first bytes say.
    static let file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Array(repeating: 7, count: 5000)

    /// - Parameter routes: by `GET /path`, without the query; they replace those of a job that goes well.
    static func start(_ routes: [String: Route] = [:]) async throws -> ImageServer {
        var all: [String: Route] = [
            submit: { _ in .json(#"{"status":"success","jobid":12,"signature":"s-1"}"#) },
            events: { request in .lines(story.map { event($0) } + [event(success(at: request), name: "done")]) },
            look: { request in .json(success(at: request)) },
            picture: { _ in .file(file) },
        ]
        all.merge(routes) { _, new in new }
        let known = all
        return ImageServer(
            upstream: try await ScriptedUpstream.start { request in
                known[title(of: request)].map { $0(request) } ?? .json("{}", status: 404)
            })
    }

    var url: String { "http://127.0.0.1:\(upstream.port)" }

    var titles: [String] { upstream.requests.map(Self.title) }

    func requests(_ title: String) -> [ScriptedRequest] { upstream.requests.filter { Self.title(of: $0) == title } }

    func visit() throws -> ImageVisit {
        ImageVisit(line: ServerLine(server: try ServerAddress(url), key: "sk-test-1"), lookMilliseconds: 1)
    }

    static let ticket = ImageTicket(job: 12, signature: "s-1")

    static let story = [
        #"{"status":"pending","image_url":null,"message":"waiting for an engine","progress":0.0,"queue_position":3}"#,
        #"{"status":"processing","image_url":null,"message":"the picture is being made","progress":0.5,"queue_position":0}"#,
    ]

    static let cancelled = #"{"status":"error","image_url":null,"message":"the job was cancelled","code":"job_cancelled"}"#

    static func event(_ data: String, name: String = "progress") -> String { "event: \(name)\ndata: \(data)\n\n" }

    static func success(at request: ScriptedRequest) -> String {
        success(url: "http://\(request[header: "host"] ?? "")/images/a.png")
    }

    static func success(url: String) -> String {
        """
        {"status":"success","image_url":"\(url)","message":"success","seed":7,"model":"realvision","scheduler":"DPM++ SDE",\
        "width":512,"height":384,"format":"png","cost":"0.001500","expires_at":"2026-11-27T00:00:00Z"}
        """
    }

    private static func title(of request: ScriptedRequest) -> String {
        "\(request.method) \(request.target.prefix { $0 != "?" })"
    }
}

extension ScriptedAnswer {
    /// - Parameter claimed: the length that the head says; nil: the true one.
    static func file(_ bytes: [UInt8], claiming claimed: Int? = nil) -> ScriptedAnswer {
        let head = "HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: \(claimed ?? bytes.count)\r\n\r\n"
        return ScriptedAnswer([.send(ByteBuffer(bytes: Array(head.utf8) + bytes)), .close])
    }
}

/// A folder that goes with its test.
final class Folder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path(percentEncoded: false) + "/pictures-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    var names: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path).sorted()) ?? [] }

    func bytes(_ name: String) -> [UInt8]? { FileManager.default.contents(atPath: path + "/" + name).map(Array.init) }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
