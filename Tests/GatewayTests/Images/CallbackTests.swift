import Commerce
import Crypto
import Foundation
import Inference
import NIOCore
import SQLiteStores
import TestKit
import Testing
import Units

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct CallbackTests {
    private static let address = "https://hooks.example.com/jobs?token=1"

    private func submit(_ house: PictureHouse, for caller: Caller? = nil, to address: String = address) async throws
        -> ImageJobs.Ticket
    {
        try await house.jobs.submit(
            PictureHouse.prompt(), for: caller ?? house.caller, request: RequestID("req_1"),
            callback: ImageJobs.Callback(address: address, host: "localhost:8080"))
    }

    private func owed(_ house: PictureHouse) throws -> Int { try house.store.owedCallbacks(of: house.caller.key.account) }

    private func settled(_ house: PictureHouse) async throws {
        while try owed(house) > 0 { try? await Task.sleep(for: .milliseconds(1)) }
    }

    private func due(_ house: PictureHouse) throws -> Int {
        try house.store.owedCallbacks(at: house.clock.now(), without: [], accounts: [], limit: 10).count
    }

    // MARK: The signature

    /// Source: the example of https://docs.svix.com/receiving/verifying-payloads/how-manual, where the scheme comes from.
    @Test func `a signature is that of the standard's own example`() throws {
        let secret = try #require(Data(base64Encoded: "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        let signature = CallbackSigner.signature(
            of: ByteBuffer(string: #"{"test": 2432232314}"#), id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: 1_614_265_330,
            with: Array(secret))
        #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
    }

    @Test func `a receiver that knows the account's secret can check what it gets`() async throws {
        let sender = ScriptedCallbackSender()
        let house = try await PictureHouse([ScriptedImageEngine()], callingBy: sender)
        let ticket = try await submit(house)
        await sender.sends(atLeast: 1)
        let sent = try #require(sender.sent.first)
        #expect(sent.address == CallbackTests.address && sent.id == "msg_\(ticket.id)")
        #expect(sent.timestamp == house.clock.now().seconds)
        #expect(String(buffer: sent.body) == #"{"jobid":\#(ticket.id)}"#)

        let secret = try #require(house.jobs.callbacks?.signer.secret(of: house.caller.key.account))
        let bytes = try #require(secret.hasPrefix("whsec_") ? Data(base64Encoded: String(secret.dropFirst(6))) : nil)
        #expect(bytes.count == 32)
        let message = Data("\(sent.id).\(sent.timestamp).\(String(buffer: sent.body))".utf8)
        let code = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: bytes))
        #expect(sent.signature == "v1,\(Data(code).base64EncodedString())")
        await house.stop()
    }

    @Test func `each account has a secret of its own, and the same one after a restart`() {
        let (signer, again) = (CallbackSigner(pepper: Array(0..<32)), CallbackSigner(pepper: Array(0..<32)))
        #expect(signer.secret(of: AccountID(1)) == again.secret(of: AccountID(1)))
        #expect(signer.secret(of: AccountID(1)) != signer.secret(of: AccountID(2)))
        #expect(signer.secret(of: AccountID(1)) != CallbackSigner(pepper: Array(1..<33)).secret(of: AccountID(1)))
    }

    // MARK: What is told, and how often

    @Test func `every end is told once`() async throws {
        let sender = ScriptedCallbackSender()
        let engine = ScriptedImageEngine([.paint, .fail(.refused), .wait])
        let house = try await PictureHouse([engine], callingBy: sender)
        let painted = try await submit(house)
        let failed = try await submit(house)
        let cancelled = try await submit(house)
        _ = try await house.jobs.cancel(cancelled.id, signature: cancelled.signature)
        await sender.sends(atLeast: 3)
        try await settled(house)
        #expect(Set(sender.sent.map(\.id)) == Set([painted, failed, cancelled].map { "msg_\($0.id)" }))
        #expect(sender.sent.count == 3)
        await house.stop()
    }

    @Test func `who asked for no callback gets none`() async throws {
        let sender = ScriptedCallbackSender()
        let house = try await PictureHouse([ScriptedImageEngine()], callingBy: sender)
        _ = try await house.end(of: try await house.submit())
        #expect(try owed(house) == 0)
        let ticket = try await submit(house)
        await sender.sends(atLeast: 1)
        #expect(sender.sent.map(\.id) == ["msg_\(ticket.id)"])
        await house.stop()
    }

    @Test func `a receiver that fails is asked after 5 s, 30 s, 2 min, 10 min and 1 h, then given up`() async throws {
        let sender = ScriptedCallbackSender([.failed(why: "answered 500")])
        let house = try await PictureHouse([ScriptedImageEngine()], callingBy: sender)
        _ = try await submit(house)
        for (number, pause) in [5, 30, 120, 600, 3600].enumerated() {
            await sender.sends(atLeast: number + 1)
            while try due(house) > 0 { try? await Task.sleep(for: .milliseconds(1)) }
            house.clock.advance(bySeconds: Int64(pause) - 1)
            #expect(try due(house) == 0, "not yet after attempt \(number + 1)")
            #expect(sender.sent.count == number + 1)
            house.clock.advance(bySeconds: 1)
        }
        await sender.sends(atLeast: 6)
        try await settled(house)
        #expect(sender.sent.count == 6 && Set(sender.sent.map(\.id)).count == 1)
        #expect(Set(sender.sent.map(\.signature)).count == 6, "each attempt is signed with its own time")
        await house.stop()
    }

    @Test func `a receiver that is gone is asked no more`() async throws {
        let sender = ScriptedCallbackSender([.gone])
        let house = try await PictureHouse([ScriptedImageEngine()], callingBy: sender)
        _ = try await submit(house)
        await sender.sends(atLeast: 1)
        try await settled(house)
        house.clock.advance(bySeconds: 10_000)
        #expect(try due(house) == 0)
        await house.stop()
    }

    // MARK: Restarts

    @Test func `what a life that was killed in mid-call did not learn is told again under the same name`() async throws {
        let hanging = ScriptedCallbackSender([nil])
        let first = try await PictureHouse([ScriptedImageEngine()], callingBy: hanging)
        let ticket = try await submit(first)
        await hanging.sends(atLeast: 1)
        first.abandon()
        let sender = ScriptedCallbackSender()
        let second = try await PictureHouse([ScriptedImageEngine()], after: first, callingBy: sender)
        await sender.sends(atLeast: 1)
        try await settled(second)
        #expect(sender.sent.map(\.id) == hanging.sent.map(\.id))
        #expect(sender.sent.map(\.id) == ["msg_\(ticket.id)"])
        await second.stop()
        hanging.letGo()
        await first.stop()
    }

    @Test func `attempts that failed are not forgotten by a restart`() async throws {
        let failing = ScriptedCallbackSender([.failed(why: "answered 500")])
        let first = try await PictureHouse([ScriptedImageEngine()], callingBy: failing)
        _ = try await submit(first)
        await failing.sends(atLeast: 1)
        await first.stop()
        let sender = ScriptedCallbackSender([.failed(why: "answered 500")])
        let second = try await PictureHouse([ScriptedImageEngine()], after: first, callingBy: sender)
        #expect(try due(second) == 0 && owed(second) == 1)
        for (number, pause) in [5, 30, 120, 600, 3600].enumerated() {
            second.clock.advance(bySeconds: Int64(pause))
            await sender.sends(atLeast: number + 1)
            while try due(second) > 0 { try? await Task.sleep(for: .milliseconds(1)) }
        }
        try await settled(second)
        #expect(sender.sent.count == 5, "six in all")
        await second.stop()
    }

    @Test func `what is being told when the server stops is waited for, and not told again`() async throws {
        let sender = ScriptedCallbackSender([nil])
        let first = try await PictureHouse([ScriptedImageEngine()], callingBy: sender)
        _ = try await submit(first)
        await sender.sends(atLeast: 1)
        async let stopped: Void = first.stop()
        sender.letGo()
        await stopped
        #expect(try owed(first) == 0)
        let second = try await PictureHouse([ScriptedImageEngine()], after: first, callingBy: sender)
        let other = try await submit(second)
        await sender.sends(atLeast: 2)
        #expect(sender.sent.last?.id == "msg_\(other.id)")
        await second.stop()
    }

    // MARK: Bounds

    @Test func `an account whose receiver hangs has four calls under way, and keeps no other waiting`() async throws {
        let sender = ScriptedCallbackSender(hangsAt: { $0 == CallbackTests.address })
        let house = try await PictureHouse([ScriptedImageEngine()], callingBy: sender)
        for _ in 0..<6 { _ = try await submit(house) }
        await sender.sends(atLeast: 4)
        let other = try await house.caller(named: "other")
        let ticket = try await submit(house, for: other, to: "https://other.example.com/")
        await sender.sends(atLeast: 5)
        #expect(sender.sent.last?.id == "msg_\(ticket.id)")
        #expect(sender.sent.filter { $0.address == CallbackTests.address }.count == 4)
        sender.letGo()
        try await settled(house)
        #expect(sender.sent.count == 7)
        await house.stop()
    }
}

extension PictureHouse {
    /// A second account with money of its own.
    func caller(named name: String) async throws -> Caller {
        let mint = KeyMint(pepper: Array(0..<32))
        let administration = Administration(
            ledger: ledger, store: store, keys: KeyDirectory([], mint: mint, clock: clock), mint: mint)
        _ = try await administration.openAccount(named: name)
        _ = try await administration.grant(Money(nanodollars: 10_000_000), to: name, book: .live, reference: "start")
        return Caller(key: try await administration.createKey(KeyWish(account: name, book: .live)).record)
    }
}
