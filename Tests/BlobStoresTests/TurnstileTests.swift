import Synchronization
import Testing

@testable import BlobStores

@Suite struct `A turnstile` {
    private final class Room: Sendable {
        struct Count {
            var inside = 0
            var most = 0
            var passed = 0
        }

        let count = Mutex(Count())

        func visit() async {
            count.withLock {
                $0.inside += 1
                $0.most = max($0.most, $0.inside)
            }
            await Task.yield()
            count.withLock {
                $0.inside -= 1
                $0.passed += 1
            }
        }
    }

    @Test(arguments: [1, 3, 100])
    func `lets so many through at a time, and everybody in the end`(atOnce: Int) async {
        let (turnstile, room) = (Turnstile(atOnce: atOnce), Room())
        await withTaskGroup { group in
            for _ in 0..<100 { group.addTask { await turnstile.pass { await room.visit() } } }
        }
        let end = room.count.withLock { $0 }
        #expect(end.passed == 100 && end.inside == 0)
        #expect((1...atOnce).contains(end.most))
    }

    @Test func `is free again after a failure`() async throws {
        struct Trouble: Error {}
        let turnstile = Turnstile(atOnce: 1)
        for _ in 0..<3 { await #expect(throws: Trouble.self) { try await turnstile.pass { throw Trouble() } } }
        #expect(await turnstile.pass { 7 } == 7)
    }
}
