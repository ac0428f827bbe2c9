/// A scheduler in a server's own words.
struct WebUISampler: Hashable, Sendable {
    /// For `sampler_name`.
    let sampler: String
    var schedule: String?
    /// The member of a request that takes the schedule.
    var scheduleMember: String?
    /// Set when this is not the algorithm asked for but the nearest one.
    var substitute: String?
}
