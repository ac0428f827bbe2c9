import Gateway
import Hummingbird
import Logging
import NIOCore
import Units

/// What an endpoint of the framework's router knows of its request beside the request itself.
struct PlainContext: RequestContext {
    struct Source: RequestContextSource {
        let logger: Logger
        let head: RequestHead
        let keys: KeyDirectory
        let isLocal: Bool
        let request: Units.RequestID
        let body: ByteBuffer
        let address: String
    }

    var coreContext: CoreRequestContextStorage
    let head: RequestHead
    let keys: KeyDirectory
    /// The caller is on this machine, and nothing says that it speaks for another: see ``RequestHead/isForThisMachine``.
    let isLocal: Bool
    let request: Units.RequestID
    let body: ByteBuffer
    /// Where the connection comes from, without a port.
    let address: String

    init(source: Source) {
        coreContext = .init(source: source)
        head = source.head
        keys = source.keys
        isLocal = source.isLocal
        request = source.request
        body = source.body
        address = source.address
    }

    var query: Query { Query(head.target?.query) }
}
