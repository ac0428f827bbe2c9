import Inference
import NIOCore
import NIOPosix
import NIOSSL

/// How an exchange with an upstream came to nothing. Texts are ours, made from codes: never a header, a body or a key.
enum UpstreamBreak: Error, Hashable, Sendable {
    /// No connection.
    case noConnection(String)
    case connectTimedOut
    /// TLS could not be agreed on, or the certificate is not to be trusted.
    case handshakeFailed(String)
    /// The upstream closed the connection before the answer's end.
    case closed
    case reset(String)
    /// What came is not HTTP.
    case notHTTP(String)
    case firstByteTimedOut
    case stalled
    case overran

    /// The connection just went away, as an idle one does when its server tires of it.
    var isDisconnect: Bool {
        switch self {
        case .closed, .reset: true
        default: false
        }
    }

    /// For the operator's log.
    var detail: String {
        switch self {
        case .noConnection(let why): "no connection: \(why)"
        case .connectTimedOut: "no connection within the deadline"
        case .handshakeFailed(let why): "TLS handshake failed: \(why)"
        case .closed: "the upstream closed the connection before the end of its answer"
        case .reset(let why): "the connection broke: \(why)"
        case .notHTTP(let why): "the answer is not HTTP: \(why)"
        case .firstByteTimedOut: "no byte of an answer within the deadline"
        case .stalled: "the answer stalled beyond the deadline"
        case .overran: "the answer took longer than the total deadline"
        }
    }
}

extension UpstreamBreak {
    /// What a failed attempt to connect means.
    init(connecting error: any Error) {
        switch error {
        case let error as NIOConnectionError:
            if let first = error.connectionErrors.first {
                self.init(connecting: first.error)
            } else {
                self = .noConnection("no address for \(error.host)")
            }
        case let error as IOError: self = .noConnection(error.plainText)
        case ChannelError.connectTimeout: self = .connectTimedOut
        default: self = .noConnection(String(describing: type(of: error)))
        }
    }

    /// What an error in the pipeline of a connection means.
    init(reading error: any Error) {
        switch error {
        case let error as IOError: self = .reset(error.plainText)
        case NIOSSLError.uncleanShutdown: self = .closed
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: self = .handshakeFailed(tlsText("\(error)"))
        default: self = .reset(String(describing: type(of: error)))
        }
    }
}

/// The gist of what the TLS library says: its own texts run over several lines of places in its source.
private func tlsText(_ text: String) -> String {
    let known = [
        ("CERTIFICATE_VERIFY_FAILED", "the certificate is not trusted"),
        ("failedToValidateHostname", "the certificate is for another host"),
        ("WRONG_VERSION_NUMBER", "the upstream does not speak TLS on this port"),
        ("NO_APPLICATION_PROTOCOL", "the upstream does not speak HTTP/1.1"),
    ]
    return known.first { text.contains($0.0) }?.1 ?? String(text.prefix(80))
}

extension IOError {
    /// `connection reset (errno 104)`, without the call it came from.
    fileprivate var plainText: String {
        let name: String? =
            switch errnoCode {
            case ECONNREFUSED: "connection refused"
            case ECONNRESET: "connection reset"
            case EPIPE: "broken pipe"
            case ENETUNREACH, EHOSTUNREACH: "no route"
            case ETIMEDOUT: "timed out"
            default: nil
            }
        return "\(name ?? "input or output error") (errno \(errnoCode))"
    }
}

extension UpstreamBreak {
    /// What it means for whoever asked.
    /// - Parameter hasBegun: something of an answer had come.
    func failure(hasBegun: Bool) -> EngineFailure {
        let kind: EngineFailure.Kind =
            switch self {
            case .noConnection, .connectTimedOut, .handshakeFailed: .unreachable
            case .closed, .reset: hasBegun ? .broken : .unreachable
            case .notHTTP: .malformed
            case .firstByteTimedOut, .stalled, .overran: .timedOut
            }
        return EngineFailure(kind, detail: detail)
    }
}
