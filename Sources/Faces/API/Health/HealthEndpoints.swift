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
                guard !ledger.figures.isHindered else { return HealthEndpoints.hindered }
                guard ledger.isAdmitting else { throw ErrorResponse(.notAdmitting) }
                return .json(ByteBuffer(string: #"{"status":"ready"}"#))
            },
        ]
    }

    /// Not ready, though nobody stops the server: it waits for its disk.
    private static var hindered: Response {
        let message = "The ledger's disk is full or its database is locked: nothing new is begun until that ends."
        var response = Response.json(ByteBuffer(string: #"{"status":"hindered","message":"\#(message)"}"#))
        response.status = .serviceUnavailable
        return response
    }
}
