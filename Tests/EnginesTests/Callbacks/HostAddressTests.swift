import NIOCore
import Testing
import Wire

@testable import Engines

struct HostAddressTests {
    private func address(_ text: String) throws -> HostAddress {
        if let address = IPv4Address(text) { return .fourth(address) }
        return .sixth(try #require(IPv6Address(text), "\(text)"))
    }

    /// One of each range that is not the public net, at its edges, and of the forms in which IPv6 carries an IPv4 address.
    /// Source: IANA's registries of special-purpose addresses.
    @Test(arguments: [
        "0.0.0.0", "0.255.255.255", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254",
        "169.254.0.1", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.168.0.1", "198.18.0.1",
        "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
        "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::1", "2002:808:808::1",
        "3fff::1",
        "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "ff0e::1",
    ])
    func `an address that is not of the public net is not called`(text: String) throws {
        #expect(try !address(text).isPublic)
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "128.0.0.1", "169.253.255.255", "172.15.255.255",
        "172.32.0.0", "192.167.255.255", "198.17.255.255", "198.20.0.0", "223.255.255.255", "2606:4700::1111",
        "2001:4860:4860::8888",
        "2a00:1450:4001::1",
    ])
    func `an address next to such a range is`(text: String) throws { #expect(try address(text).isPublic) }

    @Test(arguments: [
        ("127.0.0.1", true), ("127.9.9.9", true), ("::1", true), ("128.0.0.1", false), ("::2", false), ("::", false),
    ])
    func `loopback is told from the rest`(text: String, isLoopback: Bool) throws {
        #expect(try address(text).isLoopback == isLoopback)
    }

    @Test(arguments: ["1.2.3.4", "255.0.128.7", "2001:db8:1:2:3:4:5:6", "::1"])
    func `an address is connected to as it was read`(text: String) throws {
        #expect(try address(text).socketAddress(port: 443).ipAddress == text)
    }

    @Test(arguments: [0, 3, 5, 15, 17]) func `bytes that are no address make none`(count: Int) {
        #expect(HostAddress(bytes: Array(repeating: 1, count: count)) == nil)
    }
}
