import Units

/// What has come from an engine so far, counted as it passes.
struct Delivered: Hashable, Sendable {
    private(set) var bytes = 0
    /// Chunks that carried output.
    private(set) var pieces = 0

    mutating func count(outputBytes: Int) {
        guard outputBytes > 0 else { return }
        bytes += outputBytes
        pieces += 1
    }

    var isNothing: Bool { bytes == 0 }

    /// The estimate a bill is made from when no usage was reported: near the upper end for natural text and code in any language.
    var estimatedTokens: Int { (bytes + 2) / 3 }

    /// Counted carefully: an event that carries output is a token at least.
    var carefulTokens: Int { max(estimatedTokens, pieces) }

    /// Fewer tokens than this cannot be in it: no natural text has more than 16 bytes a token.
    var leastTokens: Int { bytes / 16 }

    /// Fewer tokens than this are hardly in it: a token an event, as most engines send them, unless its bytes say less; and a
    /// token every eight bytes, about twice what texts have.
    var likelyTokens: Int { max(bytes / 8, min(estimatedTokens, pieces)) }

    func adding(outputBytes: Int) -> Delivered {
        var sum = self
        sum.count(outputBytes: outputBytes)
        return sum
    }
}
