import Testing
import Wire

@testable import Engines

struct CallbackTargetTests {
    @Test(arguments: [
        ("https://hooks.example.com", "hooks.example.com", "/"),
        ("https://Hooks.Example.com./a/../b?c=d&e=%20", "hooks.example.com", "/a/../b?c=d&e=%20"),
        ("https://hooks.example.com:8443?x", "hooks.example.com:8443", "/?x"),
        ("https://[2606:4700::1111]:444/", "[2606:4700::1111]:444", "/"),
        ("http://localhost:9/", "localhost:9", "/"),
    ])
    func `an address is split into whom to ask and what for`(text: String, authority: String, path: String) throws {
        let target = try #require(CallbackTarget(text))
        #expect(target.address.authority == authority && target.path == path)
    }

    @Test(arguments: [
        "", "hooks.example.com", "ftp://hooks.example.com/", "https:///", "https://a b/", "https://a/\r\nx: y", "https://a/#b",
        "https://me:pw@a/", "https://127.1/", "https://0x7f000001/", "https://2130706433/", "https://a:99999/",
    ])
    func `what no caller could have submitted is called by nobody`(text: String) { #expect(CallbackTarget(text) == nil) }

    private static let inner = HostAddress.fourth(IPv4Address(value: 0x0A00_0001))
    private static let outer = HostAddress.fourth(IPv4Address(value: 0x0101_0101))
    private static let loopback = HostAddress.fourth(IPv4Address(value: 0x7F00_0001))

    @Test(arguments: [
        ("https://hooks.example.com/", [outer], false, true),
        ("https://hooks.example.com/", [outer, inner], false, false), ("https://hooks.example.com/", [inner], false, false),
        ("https://hooks.example.com/", [], false, false), ("http://hooks.example.com/", [outer], false, false),
        ("https://localhost/", [loopback], false, false), ("http://localhost/", [loopback], false, false),
        // On a server that only this machine reaches.
        ("http://localhost/", [loopback], true, true), ("https://127.0.0.1/", [loopback], true, true),
        ("http://localhost/", [loopback, inner], true, false), ("http://localhost/", [outer], true, false),
        ("https://hooks.example.com/", [loopback], true, false), ("http://127.0.0.2/", [loopback], true, false),
        ("http://hooks.example.com/", [outer], true, false), ("https://hooks.example.com/", [outer], true, true),
    ])
    func `every address of a host must be one that may be called`(
        text: String, addresses: [HostAddress], allowsLoopback: Bool, isAdmitted: Bool
    ) throws {
        #expect(try #require(CallbackTarget(text)).admits(addresses, allowsLoopback: allowsLoopback) == isAdmitted)
    }
}
