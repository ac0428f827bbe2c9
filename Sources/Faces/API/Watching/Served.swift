import Commerce
import NIOCore
import Units
import Wire

/// What an address is called in figures and in the access log: the addresses there are, never what a caller wrote.
enum Route: Int, CaseIterable, Sendable {
    case chat
    case referenceChat
    case messages
    case responses
    case embeddings
    case images
    case imageGenerations
    case speech
    case referenceSpeech
    case files
    case topUps
    case pages
    case models
    case account
    case usage
    case health
    case metrics
    case other

    var label: StaticString {
        switch self {
        case .chat: "/v1/chat/completions"
        case .referenceChat: "/api/chat-completions/"
        case .messages: "/v1/messages"
        case .responses: "/v1/responses"
        case .embeddings: "/v1/embeddings"
        case .images: "/api/texttoimage/"
        case .imageGenerations: "/v1/images/generations"
        case .speech: "/v1/audio/speech"
        case .referenceSpeech: "/api/texttospeech/"
        case .files: "/images/"
        case .topUps: "/api/topup/"
        case .pages: "/console"
        case .models: "/v1/models"
        case .account: "/api/account/"
        case .usage: "/api/usage/"
        case .health: "/healthz"
        case .metrics: "/metrics"
        case .other: "other"
        }
    }

    /// Addresses with others below them.
    private static let families: [(path: String, route: Route)] = [
        ("/v1/models", .models), ("/api/texttoimage", .images), ("/images", .files), ("/api/topup", .topUps),
        ("/console", .pages), ("/docs", .pages),
    ]

    init(_ door: ChatDoor) {
        self =
            switch door {
            case .openAI: .chat
            case .reference: .referenceChat
            case .messages: .messages
            case .responses: .responses
            }
    }

    init(path: String) {
        self =
            switch path.hasSuffix("/") ? String(path.dropLast()) : path {
            case "/v1/chat/completions": .chat
            case "/api/chat-completions": .referenceChat
            case "/v1/messages": .messages
            case "/v1/responses": .responses
            case "/v1/embeddings": .embeddings
            case "/v1/images/generations": .imageGenerations
            case "/v1/audio/speech": .speech
            case "/api/texttospeech": .referenceSpeech
            case "/api/account": .account
            case "/api/usage": .usage
            case "/healthz", "/readyz": .health
            case "/metrics": .metrics
            case let path: Route.families.first { path == $0.path || path.hasPrefix($0.path + "/") }?.route ?? .other
            }
    }
}

/// What is counted and logged of one request, gathered while it is served. Never a prompt, an answer, a key or a header.
struct Served: Sendable {
    /// The chat in it, once it was admitted.
    struct Chat: Sendable {
        let account: AccountID
        let book: Book
        /// The first characters of the key's secret.
        let keyPrefix: String
        let model: String
        var usage: Usage?
        var charge = Money.zero
    }

    let began = NIODeadline.now()
    var route = Route.other
    /// 0 until a reply began.
    var status = 0
    var receivedBytes = 0
    var sentBytes = 0
    /// When a stream began.
    var firstByteAt: NIODeadline?
    /// The reply did not come to its end: the caller left, or it was broken off.
    var isCut = false
    var chat: Chat?

    /// The status that others call this when a caller left before one was sent.
    static let callerLeft = 499
}
