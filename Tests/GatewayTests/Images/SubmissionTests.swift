import Commerce
import Inference
import NIOCore
import SQLiteStores
import TestKit
import Testing
import Units

@testable import Gateway

@Suite(.timeLimit(.minutes(1))) struct SubmissionTests {
    private func submit(
        _ house: PictureHouse, _ key: String = "order-7", body: String = "{}", for caller: Caller? = nil
    ) async throws -> ImageJobs.Ticket {
        let submission = try #require(Submission(key: key, body: ByteBuffer(string: body)))
        return try await house.jobs.submit(
            PictureHouse.prompt(), for: caller ?? house.caller, request: RequestID("req_1"), submission: submission)
    }

    private static let oneHeld = Balance(available: Money(nanodollars: 8_500_000), held: PictureHouse.each)

    @Test func `the same submission gets the same ticket and is held for once`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine([.wait])])
        let first = try await submit(house)
        let second = try await submit(house)
        #expect(first.id == second.id && first.signature == second.signature)
        #expect(house.balance == SubmissionTests.oneHeld)
        await house.stop()
    }

    @Test func `it does so when the picture is there, and after a restart`() async throws {
        let first = try await PictureHouse([ScriptedImageEngine()])
        let ticket = try await submit(first)
        _ = try await first.end(of: ticket)
        #expect(try await submit(first).id == ticket.id)
        await first.stop()
        let second = try await PictureHouse([ScriptedImageEngine()], after: first)
        let again = try await submit(second)
        #expect(again.id == ticket.id && again.signature == ticket.signature)
        #expect(second.balance == Balance(available: Money(nanodollars: 8_500_000), held: .zero))
        await second.stop()
        guard case .ok = try second.store.verify() else { throw Refusal.busy }
    }

    @Test func `another body under the same name is refused`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine([.wait])])
        _ = try await submit(house)
        await #expect(throws: Refusal.submissionNameTaken) { try await submit(house, body: "{ }") }
        #expect(house.balance == SubmissionTests.oneHeld)
        await house.stop()
    }

    @Test func `however many race, one job comes of it`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine([.wait])])
        let ids = await withTaskGroup(of: JobID?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do { return try await submit(house).id } catch {
                        if case Refusal.submissionInFlight = error {} else { Issue.record("\(error)") }
                        return nil
                    }
                }
            }
            return await group.reduce(into: Set<JobID>()) { if let id = $1 { $0.insert(id) } }
        }
        #expect(ids.count == 1)
        #expect(house.balance == SubmissionTests.oneHeld)
        await house.stop()
    }

    @Test func `names of other accounts and other names are other jobs`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine([.wait])])
        let other = try await house.caller(named: "other")
        let tickets = [try await submit(house), try await submit(house, "order-8"), try await submit(house, for: other)]
        #expect(Set(tickets.map(\.id)).count == 3)
        await house.stop()
    }

    @Test(arguments: [(Int64(24 * 3600 - 1), true), (Int64(24 * 3600), false)])
    func `a name stands for its job for a day`(seconds: Int64, isSame: Bool) async throws {
        let house = try await PictureHouse([ScriptedImageEngine()])
        let first = try await submit(house)
        _ = try await house.end(of: first)
        house.clock.advance(bySeconds: seconds)
        let second = try await submit(house)
        #expect((second.id == first.id) == isSame)
        #expect(try await submit(house).id == second.id, "the newer job has the name now")
        await house.stop()
    }

    @Test func `what was refused leaves its name free`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine([.wait])], balance: "0.001")
        await #expect(throws: Refusal.self) { try await submit(house) }
        await #expect(throws: Refusal.self) { try await submit(house, body: "other") }
        #expect(try house.store.submission("order-7", of: house.caller.purse, since: Instant(seconds: 0)) == nil)
        await house.stop()
    }

    @Test(arguments: [
        ("a", true), (String(repeating: "k", count: 255), true), ("!~", true), ("", false),
        (String(repeating: "k", count: 256), false), ("a b", false), ("caf\u{e9}", false), ("a\u{7f}", false),
    ])
    func `a name is 1 to 255 visible ASCII characters`(key: String, isTaken: Bool) {
        #expect((Submission(key: key, body: ByteBuffer()) != nil) == isTaken)
    }
}
