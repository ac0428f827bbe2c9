import Commerce
import NIOCore
import NIOPosix
import Synchronization
import Testing
import Units

@testable import Gateway

struct LedgerTrayTests {
    private let loop = MultiThreadedEventLoopGroup.singleton.any()

    /// Asks `count` things in one turn of the loop; what the desk and those who asked saw of it.
    private func ask(_ count: Int, at desk: CountingDesk) async throws -> [Int] {
        let tray = LedgerTray(loop, ledger: desk)
        let heard = Mutex<[Int]>([])
        return try await withCheckedThrowingContinuation { continuation in
            loop.execute { [loop] in
                for number in 0..<count {
                    tray.ask(.openAccount(name: "\(number)")) { outcome in
                        #expect(loop.inEventLoop)
                        if case .noted = outcome {} else { Issue.record("\(outcome)") }
                        let all = heard.withLock { heard in
                            heard.append(number)
                            return heard.count == count ? heard : nil
                        }
                        if let all { continuation.resume(returning: all) }
                    }
                }
                #expect(heard.withLock { $0.isEmpty }, "nobody hears from within the call")
            }
        }
    }

    @Test(arguments: [(1, [1]), (40, [40]), (64, [64]), (65, [64, 1]), (150, [64, 64, 22])])
    func `what is asked in one turn is submitted together and answered in order`(count: Int, batches: [Int]) async throws {
        let desk = CountingDesk(.noted)
        #expect(try await ask(count, at: desk) == Array(0..<count))
        #expect(desk.batches == batches)
    }

    @Test func `a desk that takes no batches is asked one by one`() async throws {
        struct Plain: LedgerDesk {
            func submit(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) { then(.noted) }
            func note(_ command: LedgerCommand) {}
        }
        let tray = LedgerTray(loop, ledger: Plain())
        let heard: Int = await withCheckedContinuation { continuation in
            loop.execute {
                tray.ask(.openAccount(name: "a")) { _ in }
                tray.ask(.openAccount(name: "b")) { _ in continuation.resume(returning: 2) }
            }
        }
        #expect(heard == 2)
    }

    @Test func `a batch tells the askers of each loop, and those of none, in order`() {
        let heard = Mutex<[String]>([])
        func ask(_ name: String) -> LedgerAsk {
            LedgerAsk(.openAccount(name: name)) { outcome in
                guard case .account(let account) = outcome else { return }
                heard.withLock { $0.append(account.name) }
            }
        }
        var ledger = Ledger(.empty, epoch: Epoch(1))
        let batch = LedgerBatch([ask("a"), ask("b"), ask("c")], decidedBy: &ledger, at: .init(microseconds: 1))
        #expect(batch.records.count == 3)
        #expect(heard.withLock { $0.isEmpty }, "nobody is told before it is durable")
        #expect(batch.asks.allSatisfy { $0.outcome != nil }, "what came of each can be counted until it is told")
        batch.tell()
        #expect(heard.withLock { $0 } == ["a", "b", "c"])
        #expect(batch.asks.allSatisfy { $0.outcome == nil }, "what was told is nobody else's")
    }
}

/// Counts what comes together, and answers at once from a thread of its own.
private final class CountingDesk: LedgerDesk {
    private let outcome: LedgerOutcome
    private let counts = Mutex<[Int]>([])

    init(_ outcome: LedgerOutcome) { self.outcome = outcome }

    var batches: [Int] { counts.withLock { $0 } }

    func submit(_ command: LedgerCommand, then: @escaping @Sendable (LedgerOutcome) -> Void) {
        counts.withLock { $0.append(-1) }
        then(outcome)
    }

    func submit(_ asks: [LedgerAsk]) {
        counts.withLock { $0.append(asks.count) }
        for ask in asks { ask.hear(outcome) }
    }

    func note(_ command: LedgerCommand) {}
}
