/// How a client shows an engine's HTTP API that it may ask. Nothing here can be printed by accident: see ``Secret``.
package enum EngineCredentials: Hashable, Sendable {
    /// `user:password`, as Stable Diffusion servers take it in `--api-auth`. Source: RFC 7617.
    case basic(Secret)
    /// Source: RFC 6750 §2.1.
    case bearer(Secret)

    /// The value of the `authorization` header.
    var header: String {
        switch self {
        case .basic(let pair): "Basic \(Base64.encode(Array(pair.reveal().utf8)))"
        case .bearer(let token): "Bearer \(token.reveal())"
        }
    }
}
