import Inference
import Units

/// What an engine remembers of one order: its own record, which the ledger's is held against.
final class Attempt {
    enum End {
        case completed(Usage?)
        case failed
        /// Cut by the one who asked.
        case cancelled
    }

    let request: RequestID
    let engine: String
    let outputTokensMax: Int
    let number: Int64
    var isOpened = false
    /// Output that was handed over.
    var bytes = 0
    var pieces = 0
    /// Output that it would hand over, were it not stopped.
    var plannedBytes = 0
    var end: End?

    init(_ order: ChatOrder, _ engine: String, number: Int64 = 0) {
        request = order.request
        self.engine = engine
        outputTokensMax = order.outputCap * order.prompt.choices + order.prompt.size.predictionBytes
        self.number = number
    }

    /// More than any first hold need pay for, so that it may have been kept back.
    var mayBeUnpaid: Bool { max(countedTokens, pieces) > 16 }

    /// More than the cap allows, of tokens twice as long as texts have.
    var isBeyondCap: Bool { bytes / 8 > outputTokensMax }

    /// A token for every three bytes: what is billed when nothing better is known.
    var countedTokens: Int { (bytes + 2) / 3 }
}
