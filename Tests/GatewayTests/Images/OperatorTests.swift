import Commerce
import Inference
import SQLiteStores
import TestKit
import Testing
import Units

@testable import Gateway

@Suite struct `Jobs as operators see them` {
    private let all = JobFilter(state: nil, account: nil)

    @Test func `those that are over are listed newest first, page after page`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine()], balance: "1")
        var tickets: [JobID] = []
        for _ in 0..<130 {
            let ticket = try await house.submit()
            _ = try await house.end(of: ticket)
            tickets.append(ticket.id)
        }
        let newest = Array(tickets.reversed())
        let first = try house.store.endedJobs(of: nil, before: nil, limit: 100)
        #expect(first.map { JobID($0.job.id) } == Array(newest.prefix(100)))
        let rest = try house.store.endedJobs(of: house.caller.purse.account, before: first.last?.hold, limit: 100)
        #expect(rest.map { JobID($0.job.id) } == Array(newest.dropFirst(100)))
        #expect(try house.store.endedJobs(of: AccountID(9), before: nil, limit: 100).isEmpty)
        #expect(try await house.jobs.ended(all).map(\.view.id) == Array(newest.prefix(100)))
        await house.stop()
    }

    @Test func `one in a rare state is found behind a page of others`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine()], balance: "1", isWorking: false)
        let cancelled = try await house.submit().id
        guard case .cancelled(let standing) = try await house.jobs.callOff(cancelled) else {
            Issue.record("it was waiting")
            return
        }
        #expect(standing.view.isOver && standing.engine == nil)
        let working = Task { [jobs = house.jobs] in await jobs.run() }
        for _ in 0..<101 { _ = try await house.end(of: try await house.submit()) }
        let found = try await house.jobs.ended(JobFilter(state: .cancelled, account: nil))
        #expect(found.map(\.view.id) == [cancelled])
        #expect(try await house.jobs.ended(JobFilter(state: .finished, account: nil)).count == 100)
        #expect(try await house.jobs.ended(JobFilter(state: .queued, account: nil)).isEmpty)
        await house.jobs.stop()
        await working.value
        await house.stop()
    }

    @Test func `without a server the jobs of the last one are taken up, and can be ended`() async throws {
        let engine = ScriptedImageEngine([.wait])
        let first = try await PictureHouse([engine])
        let running = try await first.submit().id
        let waiting = try await first.submit().id
        await engine.wait(forOrders: 1)
        await first.stop()

        let second = try await PictureHouse([ScriptedImageEngine()], after: first, isWorking: false)
        let found = try await second.jobs.unfinished(all)
        #expect(found.jobs.map(\.view.id) == [running, waiting])
        #expect(found.jobs.map(\.view.attempts) == [0, 0])
        #expect(found.unlisted == 0)
        guard case .cancelled = try await second.jobs.callOff(running) else {
            Issue.record("it was taken up")
            return
        }
        guard case .over = try await second.jobs.callOff(running) else {
            Issue.record("it was ended")
            return
        }
        #expect(try await second.jobs.callOff(JobID(running.value ^ 1)) == nil)
        #expect(second.balance == Balance(available: Money(nanodollars: 8_500_000), held: PictureHouse.each))
        await second.stop()
    }
}
