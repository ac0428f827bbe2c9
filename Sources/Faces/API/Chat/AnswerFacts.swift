import Commerce
import Gateway
import Wire

/// What the head of an answer says beside its type and its price.
struct AnswerFacts {
    /// What is left of the caller's limits; nil when there are none.
    let standing: RateStanding?
    /// It was answered before, and is given again.
    let isCached: Bool

    init(_ answer: OpenAnswer) {
        standing = answer.standing
        isCached = answer.isCached
    }
}

extension TextRoom {
    mutating func write(_ facts: AnswerFacts) {
        if facts.isCached { write("x-minitoolai-cache: hit\r\n") }
        write(facts.standing)
    }

    static func bytesMax(of facts: AnswerFacts) -> Int { bytesMax(of: facts.standing) + (facts.isCached ? 32 : 0) }
}
