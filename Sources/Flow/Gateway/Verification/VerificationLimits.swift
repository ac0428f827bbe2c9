/// How often a serving ledger is verified.
package enum VerificationLimits {
    /// Between two looks at what came lately: as long as something wrong may be added to. A look at a few thousand entries takes a
    /// tenth of a second.
    package static let pauseSeconds = 60
    /// Between two looks at the whole, which finds what was harmed far back. It takes a second for some hundred thousand entries.
    static let wholeSeconds = 86_400
}
