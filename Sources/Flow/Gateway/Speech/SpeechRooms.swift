import Commerce
import Synchronization

/// How many speeches are not over, in all and of each account and book.
final class SpeechRooms: Sendable {
    private struct Taken {
        var all = 0
        var perPurse: [Purse: Int] = [:]
    }

    private let taken = Mutex(Taken())

    /// - Throws: when one more would be too many.
    func take(for purse: Purse) throws(Refusal) {
        let refusal: Refusal? = taken.withLock { taken in
            guard taken.all < SpeechLimits.openMax else { return .busy }
            guard taken.perPurse[purse, default: 0] < SpeechLimits.openPerAccountMax else {
                return .tooManySpeeches(limit: SpeechLimits.openPerAccountMax)
            }
            taken.all += 1
            taken.perPurse[purse, default: 0] += 1
            return nil
        }
        if let refusal { throw refusal }
    }

    func give(of purse: Purse) {
        taken.withLock { taken in
            taken.all -= 1
            taken.perPurse[purse, default: 1] -= 1
            if taken.perPurse[purse] == 0 { taken.perPurse[purse] = nil }
        }
    }
}
