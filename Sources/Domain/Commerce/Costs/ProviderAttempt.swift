package import Units

/// One time that an engine was asked for a request, and what that cost the operator. Of the customer's money it says nothing.
package struct ProviderAttempt: Hashable, Sendable {
    package enum Outcome: String, Sendable, CaseIterable {
        /// The engine answered to the end, or was stopped here.
        case answered
        /// It began to answer and failed, or was left by its caller.
        case brokeOff = "broke_off"
        /// It refused, or was never reached: providers do not bill that.
        case failed
        /// It was asked and nothing usable came: it may have billed that.
        case unknown
    }

    package let hold: HoldID
    /// Which attempt at the request, from 1.
    package let number: Int
    package let engine: String
    /// The model's name as the engine knows it.
    package let model: String
    package let outcome: Outcome
    /// What the engine said was used; nil: nothing that can be true.
    package let reported: Usage?
    /// nil: nobody knows.
    package let cost: Money?

    package init(
        hold: HoldID, number: Int, engine: String, model: String, outcome: Outcome, reported: Usage?, cost: Money?
    ) {
        self.hold = hold
        self.number = number
        self.engine = engine
        self.model = model
        self.outcome = outcome
        self.reported = reported
        self.cost = cost
    }
}

/// What a model earned on one day (UTC), live keys only.
package struct MarginLine: Hashable, Sendable {
    /// `2026-11-22`.
    package let day: String
    package let model: String
    /// Requests that were settled on this day.
    package internal(set) var requests: Int
    /// Those among them of which nobody knows what they cost.
    package internal(set) var requestsWithoutCost: Int
    /// What customers paid for them.
    package internal(set) var charged: Money
    /// How often an engine of known cost was asked on this day, and how many of these attempts brought no answer.
    package internal(set) var attempts: Int
    package internal(set) var attemptsFailed: Int
    /// What the attempts of this day cost, as far as it is known.
    package internal(set) var cost: Money
    /// Tokens, pictures or characters that were billed where the engine reported its own count, and that count.
    package internal(set) var billedUnits: Int
    package internal(set) var reportedUnits: Int

    package init(
        day: String, model: String, requests: Int = 0, requestsWithoutCost: Int = 0, charged: Money = .zero, attempts: Int = 0,
        attemptsFailed: Int = 0, cost: Money = .zero, billedUnits: Int = 0, reportedUnits: Int = 0
    ) {
        self.day = day
        self.model = model
        self.requests = requests
        self.requestsWithoutCost = requestsWithoutCost
        self.charged = charged
        self.attempts = attempts
        self.attemptsFailed = attemptsFailed
        self.cost = cost
        self.billedUnits = billedUnits
        self.reportedUnits = reportedUnits
    }

    /// What is left; below zero where the day was a loss.
    package var margin: Money { charged - cost }

    /// The days in order, what both sides say of one of them together.
    package static func merged(_ income: [MarginLine], _ costs: [MarginLine]) -> [MarginLine] {
        struct Place: Hashable { let day: String, model: String }
        var lines: [Place: MarginLine] = [:]
        for line in income { lines[Place(day: line.day, model: line.model)] = line }
        for line in costs {
            let place = Place(day: line.day, model: line.model)
            var whole = lines[place] ?? MarginLine(day: line.day, model: line.model)
            whole.attempts = line.attempts
            whole.attemptsFailed = line.attemptsFailed
            whole.cost = line.cost
            lines[place] = whole
        }
        return lines.values.sorted { ($0.day, $0.model) < ($1.day, $1.model) }
    }
}
