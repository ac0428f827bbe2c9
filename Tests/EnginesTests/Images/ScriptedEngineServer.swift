import NIOCore
import NIOPosix
import TestKit

/// A scripted server with routes of JSON, as painting servers have them. What is not routed is answered as FastAPI does.
struct ScriptedEngineServer: Sendable {
    typealias Route = @Sendable (ScriptedRequest) -> ScriptedAnswer

    let upstream: ScriptedUpstream

    /// - Parameter routes: by `GET /path`, without the query.
    static func start(_ routes: [String: Route]) async throws -> ScriptedEngineServer {
        ScriptedEngineServer(
            upstream: try await ScriptedUpstream.start { request in
                routes[Self.title(of: request)].map { $0(request) } ?? .json(#"{"detail":"Not Found"}"#, status: 404)
            })
    }

    var baseURL: String { "http://127.0.0.1:\(upstream.port)" }

    func requests(to title: String) -> [ScriptedRequest] { upstream.requests.filter { Self.title(of: $0) == title } }

    /// Waits until a route was asked so many times.
    func wait(for title: String, times: Int = 1) async -> Bool {
        await upstream.wait { log in log.requests.count { Self.title(of: $0) == title } >= times }
    }

    private static func title(of request: ScriptedRequest) -> String {
        "\(request.method) \(request.target.prefix { $0 != "?" })"
    }
}

extension MultiThreadedEventLoopGroup {
    /// Something that happens when a test says so.
    static func gate() -> EventLoopPromise<Void> { singleton.any().makePromise() }
}
