import Inference
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Units

@testable import Gateway

struct EngineQueueTests {
    private let group = MultiThreadedEventLoopGroup.singleton

    private func place(_ queue: EngineQueue, _ account: Int64 = 1) async throws -> EnginePlace {
        let loop = group.next()
        let promise = loop.makePromise(of: EnginePlace.self)
        loop.execute { _ = queue.enter(AccountID(account), on: loop) { promise.completeWith($0.mapError { $0 as any Error }) } }
        return try await promise.futureResult.get()
    }

    private final class Inside: Sendable {
        let counts = Mutex((now: 0, most: 0, all: 0))
    }

    @Test func `never more than there are places, and all come through`() async throws {
        let queue = EngineQueue(EngineQueue.Rules(places: 7, waitingMax: 1000, wait: .seconds(60)))
        let inside = Inside()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let place = try await place(queue, Int64(number % 11))
                    inside.counts.withLock {
                        $0.now += 1
                        $0.all += 1
                        $0.most = max($0.most, $0.now)
                    }
                    try await Task.sleep(for: .microseconds(number % 700))
                    inside.counts.withLock { $0.now -= 1 }
                    withExtendedLifetime(place) {}
                }
            }
            try await group.waitForAll()
        }
        let seen = inside.counts.withLock { $0 }
        #expect(seen.all == 500 && seen.now == 0)
        #expect(seen.most <= 7)
        #expect(!queue.isFull)
    }

    @Test func `whoever waited long enough is refused and told when to come back`() async throws {
        let queue = EngineQueue(EngineQueue.Rules(places: 1, waitingMax: 5, wait: .milliseconds(50)))
        let held = try await place(queue)
        await #expect {
            _ = try await place(queue)
        } throws: {
            guard let failure = $0 as? EngineFailure, case .crowded = failure.kind else { return false }
            return (100...60_000).contains(failure.retryAfterMilliseconds ?? 0)
        }
        withExtendedLifetime(held) {}
    }

    @Test func `when too many wait the next is refused at once`() async throws {
        let queue = EngineQueue(EngineQueue.Rules(places: 1, waitingMax: 0, wait: .hours(1)))
        let held = try await place(queue)
        await #expect(throws: EngineFailure.self) { _ = try await place(queue) }
        withExtendedLifetime(held) {}
    }

    @Test func `who leaves the line is not served, and its place is not lost`() async throws {
        let queue = EngineQueue(EngineQueue.Rules(places: 1, waitingMax: 5, wait: .hours(1)))
        var held: EnginePlace? = try await place(queue)
        let loop = group.next()
        try await loop.submit {
            let waiting = queue.enter(AccountID(1), on: loop) { _ in Issue.record("it left") }
            if let waiting { queue.leave(waiting) }
        }.get()
        withExtendedLifetime(held) {}
        held = nil
        _ = try await place(queue)
    }
}
