import NIOCore
import Wire

/// An address of the internet, of either family.
enum HostAddress: Hashable, Sendable {
    case fourth(IPv4Address)
    case sixth(IPv6Address)

    /// - Parameter bytes: in network order.
    /// - Returns: nil unless they are 4 or 16.
    init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self = .fourth(IPv4Address(value: bytes.reduce(0) { $0 << 8 | UInt32($1) }))
        case 16:
            let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
            self = .sixth(IPv6Address(groups: groups))
        default: return nil
        }
    }

    private var bytes: [UInt8] {
        switch self {
        case .fourth(let address): (0..<4).map { UInt8(truncatingIfNeeded: address.value >> (24 - 8 * $0)) }
        case .sixth(let address): address.groups.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        }
    }

    /// Neither of this machine nor of an inner network, and not one that carries an IPv4 address of any kind.
    var isPublic: Bool {
        switch self {
        case .fourth(let address): address.isPublic
        case .sixth(let address): address.isPublic
        }
    }

    /// 127.0.0.0/8 and ::1.
    var isLoopback: Bool {
        switch self {
        case .fourth(let address): address.value >> 24 == 127
        case .sixth(let address): address.groups == [0, 0, 0, 0, 0, 0, 0, 1]
        }
    }

    /// - Throws: never for what an instance holds.
    func socketAddress(port: Int) throws -> SocketAddress {
        try SocketAddress(packedIPAddress: ByteBuffer(bytes: bytes), port: port)
    }
}
