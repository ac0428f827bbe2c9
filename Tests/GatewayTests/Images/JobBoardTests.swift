import Commerce
import Inference
import Synchronization
import TestKit
import Testing
import Units

@testable import Gateway

@Suite struct `The board of jobs` {
    /// Between the moment an engine is given a job and the one in which it can be told to stop, the server may have begun to.
    @Test(arguments: [false, true])
    func `who begins when the board is closed is told to stop at once`(isClosed: Bool) async throws {
        let house = try await PictureHouse([ScriptedImageEngine()], isWorking: false)
        let ticket = try await house.submit()
        let board = house.jobs.board
        var job = try #require(try await house.jobs.unfinished(ticket.id))
        #expect(job.machine.on(.claimed(engine: "painter"), at: house.clock.now()) == .paint(attempt: 1))
        await board.put(job)
        if isClosed { await board.close() }
        let stops = Stops()
        await board.work(on: ticket.id, attempt: 1) { stops.count.add(1, ordering: .relaxed) }
        #expect(stops.count.load(ordering: .relaxed) == (isClosed ? 1 : 0))
        await board.close()
        #expect(stops.count.load(ordering: .relaxed) == 1)
        await house.stop()
    }

    @Test func `a job whose time is over is told once, and not when an engine has it or it is gone`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine()], isWorking: false)
        var tickets: [JobID] = []
        for _ in 0..<4 { tickets.append(try await house.submit().id) }
        let board = house.jobs.board
        var (painted, cancelled) = (
            try #require(try await house.jobs.unfinished(tickets[1])), try #require(try await house.jobs.unfinished(tickets[2]))
        )
        _ = painted.machine.on(.claimed(engine: "painter"), at: house.clock.now())
        await board.put(painted)
        _ = cancelled.machine.on(.cancelled, at: house.clock.now())
        await board.put(cancelled)
        let late = Instant(microseconds: house.clock.now().microseconds + ImageLimits.lifeSeconds * 1_000_000)
        #expect(await board.waitedTooLong(at: house.clock.now()).isEmpty)
        #expect(await board.waitedTooLong(at: late).map(\.id) == [tickets[0], tickets[3]])
        #expect(await board.waitedTooLong(at: late).isEmpty)
        await house.stop()
    }

    @Test func `deadlines of jobs that are gone are forgotten`() {
        var deadlines = JobDeadlines()
        for number in 0..<100_000 {
            deadlines.add(JobID(Int64(number)), Instant(seconds: Int64(number))) { $0.value > 99_000 }
        }
        #expect(deadlines.passed(at: Instant(seconds: 100_000)).count < 4096)
    }

    @Test func `one account may not have all the room, and is told so`() throws {
        var rooms = JobRooms()
        let (one, other) = (Purse(account: AccountID(1), book: .live), Purse(account: AccountID(2), book: .live))
        for _ in 0..<ImageLimits.jobsPerAccountMax { try rooms.take(for: one) }
        #expect(throws: Refusal.tooManyJobs(limit: ImageLimits.jobsPerAccountMax)) { try rooms.take(for: one) }
        try rooms.take(for: other)
        for _ in 0..<ImageLimits.jobsMax { rooms.takeAnyway(for: other) }
        rooms.give(of: one)
        #expect(throws: Refusal.busy) { try rooms.take(for: one) }
    }

    private final class Stops: Sendable {
        let count = Atomic(0)
    }
}
