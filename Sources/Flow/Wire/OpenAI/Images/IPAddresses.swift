/// An IPv4 address.
package struct IPv4Address: Hashable, Sendable {
    package let value: UInt32

    package init(value: UInt32) { self.value = value }

    /// Reads four decimal numbers without leading zeros, and nothing else: other notations are read differently by different
    /// programs.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var value: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ 0x30...0x39 ~= $0 }),
                part.utf8.count == 1 || part.first != "0", let byte = UInt8(part)
            else { return nil }
            value = value << 8 | UInt32(byte)
        }
        self.value = value
    }

    /// False for addresses of this host, of inner networks, of documentation, multicast and reserved ones.
    /// Source: IANA IPv4 Special-Purpose Address Registry.
    package var isPublic: Bool {
        !IPv4Address.special.contains { network, bits in value >> (32 - bits) == network >> (32 - bits) }
    }

    private static let special: [(network: UInt32, bits: UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16), (0xAC10_0000, 12),
        (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16), (0xC612_0000, 15), (0xC633_6400, 24),
        (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]
}

/// An IPv6 address.
package struct IPv6Address: Hashable, Sendable {
    /// Eight groups of 16 bits.
    package let groups: [UInt16]

    package init(groups: [UInt16]) {
        precondition(groups.count == 8, "an IPv6 address has 128 bits")
        self.groups = groups
    }

    /// Reads the forms of RFC 4291 §2.2, without a zone.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45 else { return nil }
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = IPv6Address.groups(halves[0], isEnd: halves.count == 1) else { return nil }
        if halves.count == 1 {
            guard head.count == 8 else { return nil }
            groups = head
            return
        }
        guard let tail = IPv6Address.groups(halves[1], isEnd: true), head.count + tail.count < 8 else { return nil }
        groups = head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func groups(_ text: some StringProtocol, isEnd: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isEnd, index == parts.count - 1, let address = IPv4Address(part) {
                groups += [UInt16(address.value >> 16), UInt16(truncatingIfNeeded: address.value)]
                continue
            }
            guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy({ $0.hexadecimalDigit != nil }),
                let group = UInt16(part, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups
    }

    /// True for global unicast, less the ranges that carry an IPv4 address or are set aside: 6to4, Teredo and the rest of
    /// 2001::/23, documentation. Mapped, NAT64, unique local, link-local and loopback addresses lie outside global unicast.
    /// Source: IANA IPv6 Special-Purpose Address Registry.
    package var isPublic: Bool {
        guard groups[0] & 0xE000 == 0x2000 else { return false }
        if groups[0] == 0x2002 || groups[0] == 0x3FFE { return false }
        if groups[0] == 0x2001, groups[1] < 0x0200 || groups[1] == 0x0DB8 { return false }
        return !(groups[0] == 0x3FFF && groups[1] < 0x1000)
    }
}
