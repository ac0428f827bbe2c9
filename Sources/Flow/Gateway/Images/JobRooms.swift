import Commerce

/// How many jobs that are not over there are, in all and of each account and book.
struct JobRooms {
    private var taken = 0
    private var perPurse: [Purse: Int] = [:]

    /// - Throws: when one more would be too many.
    mutating func take(for purse: Purse) throws(Refusal) {
        guard taken < ImageLimits.jobsMax else { throw .busy }
        guard perPurse[purse, default: 0] < ImageLimits.jobsPerAccountMax else {
            throw .tooManyJobs(limit: ImageLimits.jobsPerAccountMax)
        }
        takeAnyway(for: purse)
    }

    mutating func takeAnyway(for purse: Purse) {
        taken += 1
        perPurse[purse, default: 0] += 1
    }

    mutating func give(of purse: Purse) {
        taken -= 1
        perPurse[purse, default: 1] -= 1
        if perPurse[purse] == 0 { perPurse[purse] = nil }
    }
}
