import Commerce
import Gateway
import Inference
import NIOCore
import Units

/// One request as its caller knows it: what was asked, what was seen, and how it ended.
///
/// `@unchecked Sendable`: a run has one thread.
final class Request: @unchecked Sendable {
    enum End {
        /// With the mark that says that nothing is missing, and the price if it was told.
        case whole(cost: Money?)
        /// An error in mid-answer, or the connection was cut.
        case broken, cut
        /// An error in place of an answer.
        case failed
        case refused(Refusal)

        var number: Int64 {
            switch self {
            case .whole: 1
            case .broken: 2
            case .cut: 3
            case .failed: 4
            case .refused: 5
            }
        }
    }

    let number: Int64
    let caller: Caller
    let prompt: ChatPrompt
    private let world: World
    /// Nanoseconds a byte; 0 for a caller who reads as fast as it comes.
    private let slowness: Int64
    private let whenOver: (Request) -> Void
    /// What the serving process wrote to the connection.
    var writtenBytes = 0
    private(set) var seenBytes = 0
    private(set) var end: End?
    private(set) var hasLeft = false
    private var lastArrival: Int64 = 0
    var connection: Exchange?

    init(
        number: Int64, caller: Caller, prompt: ChatPrompt, slowness: Int64, world: World, whenOver: @escaping (Request) -> Void
    ) {
        self.number = number
        self.caller = caller
        self.prompt = prompt
        self.slowness = slowness
        self.world = world
        self.whenOver = whenOver
    }

    var id: RequestID { RequestID("req_\(number)") }
    var isOver: Bool { end != nil || hasLeft }

    /// A third of the text, and what every message and answer takes.
    var fairTokens: Int { (prompt.size.textBytes + 2) / 3 + 4 * prompt.size.messages + 3 }

    /// Nanoseconds until what is sent now is read: after all that was sent before.
    func arrival(of bytes: Int) -> Int64 {
        lastArrival = max(lastArrival + 1, world.now + world.time(20_000, 2_000_000)) + Int64(bytes) * slowness
        return lastArrival - world.now
    }

    func saw(_ bytes: Int) {
        guard !hasLeft else { return }
        seenBytes += bytes
        connection?.drained(bytes)
    }

    func heard(_ end: End) {
        guard !isOver else { return }
        self.end = end
        world.note("heard", number, end.number)
        over()
    }

    /// Hangs up.
    func leave() {
        guard !isOver else { return }
        hasLeft = true
        world.note("left", number)
        connection?.callerHungUp()
        over()
    }

    /// The process died: what it had sent still arrives, then the connection is reset.
    func lost() {
        connection = nil
        world.after(arrival(of: 0)) { self.heard(.cut) }
    }

    private func over() {
        connection = nil
        whenOver(self)
    }
}
