import Hummingbird
import Logging
import NIOCore
import NIOHTTP1

/// Every address that the framework's router serves, and what is said to all others.
struct Endpoints {
    private let router = Router(context: PlainContext.self)

    /// - Parameter others: addresses served elsewhere, with the methods they know, so that a wrong method is told here.
    init(_ groups: [any EndpointGroup], others: [(path: String, method: HTTPRequest.Method)]) {
        router.add(middleware: ErrorTranslation())
        var served: [String: [HTTPRequest.Method]] = [:]
        for endpoint in groups.flatMap(\.endpoints) {
            on(endpoint.method, endpoint.path, endpoint.respond)
            // The connection leaves out the body of an answer to HEAD.
            if endpoint.method == .get { on(.head, endpoint.path, endpoint.respond) }
            served[endpoint.path, default: []] += endpoint.method == .get ? [.get, .head] : [endpoint.method]
        }
        for other in others { served[other.path, default: []].append(other.method) }
        for (path, methods) in served { refuseOthers(than: methods, at: path) }
    }

    var responder: RouterResponder<PlainContext> { router.buildResponder() }

    private func on(
        _ method: HTTPRequest.Method, _ path: String, _ respond: @escaping @Sendable (PlainContext) async throws -> Response
    ) {
        router.on(RouterPath(path), method: method) { _, context in try await respond(context) }
    }

    private func refuseOthers(than methods: [HTTPRequest.Method], at path: String) {
        let allowed = (methods + [.options]).map(\.rawValue).joined(separator: ", ")
        on(.options, path) { _ in Response(status: .noContent, headers: [.allow: allowed]) }
        let known: [HTTPRequest.Method] = [.get, .head, .post, .put, .patch, .delete, .trace, .connect]
        for method in known where !methods.contains(method) {
            on(method, path) { context in
                throw ErrorResponse.methodNotAllowed(method.rawValue, context.head.target?.path ?? path, allowed: allowed)
            }
        }
    }
}

/// What an endpoint, or the router, throws becomes an error of ours.
private struct ErrorTranslation: RouterMiddleware {
    func handle(
        _ request: Request, context: PlainContext, next: (Request, PlainContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch {
            return (error as? ErrorResponse ?? translate(error, context)).response
        }
    }

    private func translate(_ error: any Error, _ context: PlainContext) -> ErrorResponse {
        if let error = error as? HTTPError, error.status == .notFound {
            return .unknownURL(context.head.method.rawValue, context.head.target?.path ?? "")
        }
        context.logger.error("endpoint.failed", metadata: ["error": "\(error)"])
        return .internalFault
    }
}

extension ErrorResponse {
    fileprivate var response: Response {
        var response = Response.json(body)
        response.status = HTTPResponse.Status(code: Int(status.code), reasonPhrase: status.reasonPhrase)
        for field in fields {
            guard let name = HTTPFields.Element.Name("\(field.name)") else { preconditionFailure("our own names are names") }
            response.headers[name] = field.value
        }
        return response
    }
}

extension Response {
    static func json(_ body: ByteBuffer) -> Response {
        Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
    }
}
