import Foundation
import Inference
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import TestKit
import Testing
import Wire

@testable import Engines

@Suite(.timeLimit(.minutes(1))) struct HTTPCallbackSenderTests {
    private func sender(
        allowsLoopback: Bool = true, trusting roots: String? = nil, time: TimeAmount = .seconds(10),
        names: @escaping @Sendable (String) throws -> [HostAddress] = NameLookup.system
    ) throws -> HTTPCallbackSender {
        try HTTPCallbackSender(
            allowsLoopback: allowsLoopback, trustedRoots: roots, group: MultiThreadedEventLoopGroup.singleton,
            names: NameLookup(ask: names), time: time)
    }

    private func callback(_ address: String) -> SignedCallback {
        SignedCallback(
            address: address, id: "msg_7", timestamp: 1_800_000_000, signature: "v1,c2ln", body: ByteBuffer(string: #"{"a":1}"#))
    }

    private func outcome(of answer: ScriptedAnswer, time: TimeAmount = .seconds(10)) async throws -> (
        CallbackOutcome, ScriptedUpstream.Log
    ) {
        let receiver = try await ScriptedUpstream.start { _ in answer }
        let outcome = try await sender(time: time).send(callback("http://127.0.0.1:\(receiver.port)/"))
        await receiver.stop()
        return (outcome, receiver.log)
    }

    @Test func `a callback is one POST with the standard's three fields`() async throws {
        let receiver = try await ScriptedUpstream.start { _ in .body("thanks") }
        let address = "http://localhost:\(receiver.port)/hooks/7?token=a%20b"
        #expect(try await sender().send(callback(address)) == .delivered)
        let request = try #require(receiver.requests.first)
        #expect(request.method == "POST" && request.target == "/hooks/7?token=a%20b" && request.text == #"{"a":1}"#)
        #expect(request[header: "host"] == "localhost:\(receiver.port)")
        #expect(request[header: "content-type"] == "application/json")
        #expect(request[header: "webhook-id"] == "msg_7" && request[header: "webhook-timestamp"] == "1800000000")
        #expect(request[header: "webhook-signature"] == "v1,c2ln")
        #expect(request[header: "authorization"] == nil)
        #expect(receiver.requests.count == 1)
        await receiver.stop()
    }

    @Test(arguments: [
        (200, CallbackOutcome.delivered), (201, .delivered), (299, .delivered), (410, .gone), (400, .failed(why: "answered 400")),
        (404, .failed(why: "answered 404")), (429, .failed(why: "answered 429")), (500, .failed(why: "answered 500")),
        (503, .failed(why: "answered 503")),
    ])
    func `the status alone decides`(status: Int, expected: CallbackOutcome) async throws {
        #expect(try await outcome(of: .body("secret words", status: status)).0 == expected)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed`(status: Int) async throws {
        let elsewhere = try await ScriptedUpstream.start { _ in .body("") }
        let location = [("location", "http://127.0.0.1:\(elsewhere.port)/")]
        let (outcome, log) = try await outcome(of: .body("", status: status, headers: location))
        #expect(outcome == .failed(why: "answered \(status): redirects are not followed"))
        #expect(log.requests.count == 1 && elsewhere.log.connectionsAccepted == 0)
        await elsewhere.stop()
    }

    @Test(arguments: [ScriptedAnswer.silence, ScriptedAnswer([.send(ByteBuffer(string: "HTTP/1.1 200 O")), .hang])])
    func `a receiver that hangs is left when the time is over`(answer: ScriptedAnswer) async throws {
        let (outcome, log) = try await outcome(of: answer, time: .seconds(5))
        #expect(outcome == .failed(why: "no answer in time"))
        #expect(log.requests.count == 1)
    }

    @Test func `a body that does not end changes nothing of the status before it`() async throws {
        let head = "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n"
        let hanging = ScriptedAnswer([.send(ByteBuffer(string: head + "a")), .hang])
        #expect(try await outcome(of: hanging, time: .seconds(5)).0 == .delivered)
        let large = ScriptedAnswer([.send(ByteBuffer(string: head + String(repeating: "a", count: 100_000))), .hang])
        #expect(try await outcome(of: large).0 == .delivered, "4 KB and no more are read")
    }

    @Test func `a head that does not end is too large after 4 KB`() async throws {
        let head = "HTTP/1.1 200 OK\r\n" + (0..<200).map { "x-\($0): \(String(repeating: "a", count: 40))\r\n" }.joined()
        let answer = ScriptedAnswer([.send(ByteBuffer(string: head)), .hang])
        #expect(try await outcome(of: answer).0 == .failed(why: "the answer's head is too large"))
    }

    @Test(arguments: ["SSH-2.0-OpenSSH_9.2\r\n\r\n", "HTTP/1.1 2 OK\r\n\r\n", "\r\n\r\n"])
    func `what is not HTTP is a failure`(bytes: String) async throws {
        guard case .failed = try await outcome(of: .raw(bytes).then(.close)).0 else {
            Issue.record("taken for an answer")
            return
        }
    }

    @Test(arguments: [ScriptedAnswer.Step.close, .reset])
    func `a receiver that hangs up has not heard it`(step: ScriptedAnswer.Step) async throws {
        guard case .failed = try await outcome(of: ScriptedAnswer([step])).0 else {
            Issue.record("taken for an answer")
            return
        }
    }

    @Test func `nobody listening is a failure`() async throws {
        let receiver = try await ScriptedUpstream.start { _ in .body("") }
        let address = "http://127.0.0.1:\(receiver.port)/"
        await receiver.stop()
        #expect(try await sender().send(callback(address)) == .failed(why: "no connection: connection refused (errno 111)"))
    }

    // MARK: Where it may go

    private static let loopback = HostAddress.fourth(IPv4Address(value: 0x7F00_0001))
    private static let outer = HostAddress.fourth(IPv4Address(value: 0x0101_0101))

    @Test(arguments: [
        [loopback], [outer, loopback], [.sixth(IPv6Address(groups: [0, 0, 0, 0, 0, 0xFFFF, 0x7F00, 1]))], [],
    ])
    func `a name that leads here, even among others, is not called`(addresses: [HostAddress]) async throws {
        let receiver = try await ScriptedUpstream.start { _ in .body("") }
        for allowsLoopback in [false, true] {
            let sender = try sender(allowsLoopback: allowsLoopback) { _ in addresses }
            let outcome = await sender.send(callback("https://hooks.example.com:\(receiver.port)/"))
            #expect(outcome == .failed(why: "the address is not one of the public net"))
        }
        #expect(receiver.log.connectionsAccepted == 0)
        await receiver.stop()
    }

    @Test(arguments: ["http://127.0.0.1", "http://localhost", "https://127.0.0.1", "https://[::1]", "https://localhost"])
    func `this machine is not called where that is not allowed`(start: String) async throws {
        let receiver = try await ScriptedUpstream.start { _ in .body("") }
        let outcome = try await sender(allowsLoopback: false).send(callback("\(start):\(receiver.port)/"))
        #expect(outcome == .failed(why: "the address is not one of the public net"))
        #expect(receiver.log.connectionsAccepted == 0)
        await receiver.stop()
    }

    @Test func `a name is asked for once, so it cannot change its mind`() async throws {
        let receiver = try await ScriptedUpstream.start { _ in .body("") }
        let asked = Mutex(0)
        let sender = try sender { _ in
            asked.withLock { $0 += 1 }
            return [HTTPCallbackSenderTests.loopback]
        }
        #expect(await sender.send(callback("http://localhost:\(receiver.port)/")) == .delivered)
        #expect(asked.withLock { $0 } == 1)
        await receiver.stop()
    }

    @Test func `a second address is tried when the first cannot be reached`() async throws {
        let receiver = try await ScriptedUpstream.start { _ in .body("") }
        let sender = try sender { _ in
            [.sixth(IPv6Address(groups: [0, 0, 0, 0, 0, 0, 0, 1])), HTTPCallbackSenderTests.loopback]
        }
        #expect(await sender.send(callback("http://localhost:\(receiver.port)/")) == .delivered)
        #expect(receiver.requests.count == 1)
        await receiver.stop()
    }

    @Test func `a name that nobody resolves in time is a failure`() async throws {
        let gate = DispatchSemaphore(value: 0)
        let sender = try sender(time: .milliseconds(100)) { _ in
            gate.wait()
            return [HTTPCallbackSenderTests.loopback]
        }
        let outcome = await sender.send(callback("http://localhost:9/"))
        #expect(outcome == .failed(why: "the name has no address, or its servers do not answer"))
        gate.signal()
    }

    // MARK: TLS

    @Test func `a certificate must be trusted and bear the name that was asked for`() async throws {
        let pair = try LocalhostPair()
        defer { pair.remove() }
        let names = Mutex<[String?]>([])
        let receiver = try await pair.receiver { name in names.withLock { $0.append(name) } }
        let trusting = try sender(trusting: pair.path)
        #expect(await trusting.send(callback("https://localhost:\(receiver.port)/")) == .delivered)
        #expect(names.withLock { $0 } == ["localhost"])
        for (sender, host) in [(try sender(), "localhost"), (trusting, "127.0.0.1")] {
            guard case .failed(let why) = await sender.send(callback("https://\(host):\(receiver.port)/")) else {
                Issue.record("delivered to \(host)")
                continue
            }
            #expect(why.contains("TLS"), "\(why)")
        }
        #expect(receiver.requests.count == 1)
        await receiver.stop()
    }

    @Test func `a receiver that never agrees on TLS is left when the time is over`() async throws {
        let receiver = try await ScriptedUpstream.start { _ in .silence }
        let outcome = try await sender(time: .seconds(5)).send(callback("https://127.0.0.1:\(receiver.port)/"))
        #expect(outcome == .failed(why: "no answer in time"))
        await receiver.stop()
    }
}
