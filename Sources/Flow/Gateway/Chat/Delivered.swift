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

    /// Fewer tokens than this cannot be in it: no natural text has more than 16 bytes a token.
    var leastTokens: Int { bytes / 16 }
}
