import Inference
import Synchronization
import TestKit
import Testing

@testable import Gateway

@Suite struct `The board of jobs` {
    /// Between the moment an engine is given a job and the one in which it can be told to stop, the server may have begun to.
    @Test(arguments: [false, true])
    func `who begins when the board is closed is told to stop at once`(isClosed: Bool) async throws {
        let house = try await PictureHouse([ScriptedImageEngine()], isWorking: false)
        let ticket = try await house.submit()
        let board = house.jobs.board
        var job = try #require(await board.job(ticket.id))
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

    private final class Stops: Sendable {
        let count = Atomic(0)
    }
}
