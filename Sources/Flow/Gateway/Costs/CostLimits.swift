/// When the bookkeeping of engines speaks up.
enum CostLimits {
    /// Fewer answers on a day say nothing: one odd one would be an alarm.
    static let driftRequestsMin = 50
    /// Parts per million between charged and reported. Cut answers and capped prompts stay far below; a wrong price or a meter that
    /// counts something else does not.
    static let driftMax = 10_000
    /// Parts per million of answers without a report: one in twenty is an engine that was set up without usage.
    static let unreportedMax = 50_000
}
