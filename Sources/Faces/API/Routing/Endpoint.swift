import Gateway
import Hummingbird

/// Some endpoints that belong together.
protocol EndpointGroup: Sendable {
    var endpoints: [Endpoint] { get }
}

/// One address and one method that is served plainly, by the framework's router.
struct Endpoint: Sendable {
    let method: HTTPRequest.Method
    /// As the router writes it, `/v1/models/:id`; it is served with and without a slash at its end.
    let path: String
    let respond: @Sendable (PlainContext) async throws -> Response

    /// For everyone.
    static func open(
        _ method: HTTPRequest.Method, _ path: String, respond: @escaping @Sendable (PlainContext) async throws -> Response
    ) -> Endpoint {
        Endpoint(method: method, path: path, respond: respond)
    }

    /// For callers with a key: without one the action is never begun.
    static func keyed(
        _ method: HTTPRequest.Method, _ path: String,
        respond: @escaping @Sendable (PlainContext, Caller) async throws -> Response
    ) -> Endpoint {
        Endpoint(method: method, path: path) { context in
            try await respond(context, context.head.caller(in: context.keys))
        }
    }
}
