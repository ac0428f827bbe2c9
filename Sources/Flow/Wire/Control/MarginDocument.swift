/// `margin`: what live keys paid and what engines cost, by day (UTC) and model.
package struct MarginDocument: Codable, Hashable, Sendable {
    package struct Line: Codable, Hashable, Sendable {
        package let day: String
        package let model: String
        package let requests: Int
        /// Requests that nobody knows the cost of: their routes have none, or the engine never said.
        package let requestsWithoutCost: Int
        package let charged: String
        package let attempts: Int
        package let attemptsFailed: Int
        package let cost: String
        package let margin: String
        /// What was billed and what engines reported, in the model's own unit, of requests that have a report.
        package let billedUnits: Int
        package let reportedUnits: Int

        package init(
            day: String, model: String, requests: Int, requestsWithoutCost: Int, charged: String, attempts: Int,
            attemptsFailed: Int, cost: String, margin: String, billedUnits: Int, reportedUnits: Int
        ) {
            self.day = day
            self.model = model
            self.requests = requests
            self.requestsWithoutCost = requestsWithoutCost
            self.charged = charged
            self.attempts = attempts
            self.attemptsFailed = attemptsFailed
            self.cost = cost
            self.margin = margin
            self.billedUnits = billedUnits
            self.reportedUnits = reportedUnits
        }
    }

    package let days: [Line]
    package let charged: String
    package let cost: String
    package let margin: String

    package init(days: [Line], charged: String, cost: String, margin: String) {
        self.days = days
        self.charged = charged
        self.cost = cost
        self.margin = margin
    }
}
