import Foundation
import Logging

/// How many sockets and files this process may have open.
enum DescriptorLimit {
    /// Raises the soft limit, often 1024, to what the system allows: every stream is two sockets.
    static func raise(_ logger: Logger) {
        var limit = rlimit()
        let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(kind, &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        if setrlimit(kind, &limit) != 0 {
            logger.warning("server.descriptors", metadata: ["limit": "\(before)"])
        }
    }
}
