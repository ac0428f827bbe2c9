import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Wire

/// Asks the system for the addresses of a name, on threads of its own, and of no more names at once than is good.
final class NameLookup: Sendable {
    struct Failed: Error {}

    private let threads: NIOThreadPool
    private let waiting = Mutex(0)
    private let ask: @Sendable (String) throws -> [HostAddress]

    /// - Parameter ask: blocks until it knows.
    init(ask: @escaping @Sendable (String) throws -> [HostAddress] = NameLookup.system) {
        self.ask = ask
        threads = NIOThreadPool(numberOfThreads: CallbackSenderLimits.lookupThreads)
        threads.start()
    }

    deinit { threads.shutdownGracefully { _ in } }

    /// The addresses, in the order in which the system prefers them.
    func addresses(of host: EngineAddress.Host, until deadline: NIODeadline, on loop: any EventLoop) -> EventLoopFuture<
        [HostAddress]
    > {
        guard case .name(let name) = host else {
            return loop.makeCompletedFuture { try [NameLookup.literal(host.text)] }
        }
        let found = loop.makePromise(of: [HostAddress].self)
        guard enter() else {
            found.fail(Failed())
            return found.futureResult
        }
        let alarm = loop.scheduleTask(deadline: deadline) { found.fail(Failed()) }
        found.futureResult.whenComplete { _ in alarm.cancel() }
        let asked = threads.runIfActive(eventLoop: loop) { [self] in
            defer { leave() }
            guard NIODeadline.now() < deadline else { throw Failed() }
            return try ask(name)
        }
        asked.cascade(to: found)
        return found.futureResult
    }

    private func enter() -> Bool {
        waiting.withLock { count in
            guard count < CallbackSenderLimits.lookupsMax else { return false }
            count += 1
            return true
        }
    }

    private func leave() { waiting.withLock { $0 -= 1 } }

    private static func literal(_ text: String) throws -> HostAddress {
        if let address = IPv4Address(text) { return .fourth(address) }
        guard let address = IPv6Address(text) else { throw Failed() }
        return .sixth(address)
    }

    /// Source: getaddrinfo(3).
    @Sendable static func system(_ name: String) throws -> [HostAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &first) == 0, let first else { throw Failed() }
        defer { freeaddrinfo(first) }
        let entries = sequence(first: first) { $0.pointee.ai_next }
        return entries.compactMap { entry in bytes(entry.pointee).flatMap(HostAddress.init(bytes:)) }
    }

    /// The address within a `sockaddr_in` or a `sockaddr_in6`: behind the family and the port, and the latter's flow label.
    /// Source: ip(7), ipv6(7).
    private static func bytes(_ entry: addrinfo) -> [UInt8]? {
        let place: Range<Int>
        switch entry.ai_family {
        case AF_INET: place = 4..<8
        case AF_INET6: place = 8..<24
        default: return nil
        }
        guard let address = entry.ai_addr, Int(entry.ai_addrlen) >= place.upperBound else { return nil }
        return Array(UnsafeRawBufferPointer(start: address, count: Int(entry.ai_addrlen))[place])
    }
}
