import Gateway
import Hummingbird
import NIOCore
import Synchronization

/// Who may read `/metrics`, which tells how much is earned with which model.
package enum MetricsAudience: String, CaseIterable, Sendable {
    /// Callers on this machine. A request that a proxy passed on, or that is for another host, is nobody's on this machine.
    case local
    /// Everybody who reaches the server.
    case everyone
    case nobody
}

/// The figures of every loop and of the ledger, added up when they are asked for.
struct MetricsEndpoint: EndpointGroup {
    let audience: MetricsAudience
    let ledger: LedgerWriter
    let routes: RouteTable
    let loops: ServingLoops

    var endpoints: [Endpoint] {
        [
            .open(.get, "/metrics") { context in
                guard audience == .everyone || (audience == .local && context.isLocal) else {
                    throw ErrorResponse.unknownURL(context.head.method.rawValue, "/metrics")
                }
                var sum = LoopFigures()
                for loop in loops.all { sum.add(try await loop.figures()) }
                return Response(
                    status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                    body: .init(byteBuffer: MetricsPage(sum, ledger.figures, routes, now: .now()).text))
            }
        ]
    }
}

/// The loops that serve, once they do.
final class ServingLoops: Sendable {
    private let loops = Mutex<[ServingLoop]>([])

    var all: [ServingLoop] { loops.withLock { $0 } }

    func add(_ more: [ServingLoop]) { loops.withLock { $0 += more } }
}
