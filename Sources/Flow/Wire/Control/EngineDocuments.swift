/// `engine check`: what contacting each engine found.
package struct EngineCheckDocument: Codable, Hashable, Sendable {
    package struct Engine: Codable, Hashable, Sendable {
        package let name: String
        package let usable: Bool
        /// What was tried and what came back, or what is wrong.
        package let summary: String
        package let latencyMs: Int?

        package init(name: String, usable: Bool, summary: String, latencyMs: Int?) {
            self.name = name
            self.usable = usable
            self.summary = summary
            self.latencyMs = latencyMs
        }
    }

    /// Every engine is usable.
    package let ok: Bool
    package let engines: [Engine]

    package init(engines: [Engine]) {
        ok = engines.allSatisfy(\.usable)
        self.engines = engines
    }
}
