import Commerce
import Gateway
import Hummingbird
import NIOCore

/// For whoever watches over the server: does the process live, and would a chat be admitted?
struct HealthEndpoints: EndpointGroup {
    let ledger: LedgerWriter

    var endpoints: [Endpoint] {
        [
            .open(.get, "/healthz") { _ in .json(ByteBuffer(string: #"{"status":"ok"}"#)) },
            .open(.get, "/readyz") { _ in
                guard ledger.isAdmitting else { throw ErrorResponse(.notAdmitting) }
                return .json(ByteBuffer(string: #"{"status":"ready"}"#))
            },
        ]
    }
}
