import Dispatch
import Foundation
import Synchronization

/// SIGTERM and SIGINT: the first asks the server to finish, the second ends the process at once.
struct StopSignals {
    private let heard: AsyncStream<Int32>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        heard = stream
        let seen = Seen()
        sources = [SIGTERM, SIGINT].map { number in
            // The default action would end the process before the source hears of it.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                guard seen.isFirst() else { _exit(128 + number) }
                continuation.yield(number)
            }
            source.activate()
            return source
        }
    }

    /// Waits for the first one.
    func first() async -> Int32 {
        for await number in heard { return number }
        return 0
    }

    private final class Seen: Sendable {
        private let any = Mutex(false)

        func isFirst() -> Bool {
            any.withLock { any in
                defer { any = true }
                return !any
            }
        }
    }
}
