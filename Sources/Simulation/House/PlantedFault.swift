/// Mistakes that are known from other houses, planted in the simulated parts on request: a simulation that does not notice
/// them proves nothing.
package enum PlantedFault: String, CaseIterable, Sendable {
    /// The desk answers before its records are on the disk.
    case speaksBeforeDurable
    /// The disk says that it has written, and has not.
    case diskLies
    /// The end of an answer is told as soon as the engine's last piece is there, and settled afterwards.
    case endBeforeSettlement
    /// Who hangs up pays nothing.
    case disconnectIsFree
    /// The settlement of a caller who left is lost with the caller's task.
    case disconnectLosesSettlement
    /// A settlement is carried out once more.
    case settlesTwice
    /// Recovery gives everything back.
    case recoveryReleasesAll
    /// Recovery closes only what was never accepted.
    case recoveryForgetsAccepted
    /// Balances are read, and written later, by each request for itself.
    case readsThenWrites
    /// Another engine is asked without a word to the ledger.
    case failoverUnrecorded
    /// A restart writes new prices over the old ones.
    case pricesRewritten
    /// After a restart a reference is credited again.
    case referencesForgotten
    /// Whatever usage an engine reports is billed.
    case anyUsage
    /// Checkpoints are never written.
    case noCheckpoints
    /// More money is promised for an answer under way, and not set aside.
    case extensionsUnrecorded
    /// A balance is shown as it was before the holds.
    case showsPosted
    /// The error of an engine ends as if the answer were whole.
    case errorEndsWell
}
