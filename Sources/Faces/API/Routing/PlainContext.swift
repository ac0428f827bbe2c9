import Gateway
import Hummingbird
import Logging

/// What an endpoint of the framework's router knows of its request beside the request itself.
struct PlainContext: RequestContext {
    struct Source: RequestContextSource {
        let logger: Logger
        let head: RequestHead
        let keys: KeyDirectory
    }

    var coreContext: CoreRequestContextStorage
    let head: RequestHead
    let keys: KeyDirectory

    init(source: Source) {
        coreContext = .init(source: source)
        head = source.head
        keys = source.keys
    }

    var query: Query { Query(head.target?.query) }
}
