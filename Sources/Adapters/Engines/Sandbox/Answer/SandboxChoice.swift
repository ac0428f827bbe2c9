/// One choice of an answer, cut into tokens.
struct SandboxChoice: Sendable {
    /// What an answer says, before it is cut.
    enum Content: Hashable, Sendable {
        case text(String)
        case refusal(String)
        case calls([SandboxToolCall])
    }

    /// One token, one chunk of a stream.
    enum Piece: Sendable {
        case content(Substring)
        case refusal(Substring)
        /// A call begins: its identifier and name count as one token.
        case opening(call: Int)
        case argument(call: Int, Substring)
    }

    var index: Int
    let calls: [SandboxToolCall]
    let pieces: [Piece]
    let finish: String

    /// - Parameters:
    ///   - cap: tokens at most, at least 1; what lies beyond is cut and the choice finishes with `length`.
    ///   - stops: texts before which a text ends.
    ///   - finish: the reason to give instead of the true one.
    init(index: Int, _ content: Content, cap: Int, stops: [String], usesFunctionCall: Bool, finish: String?) {
        self.index = index
        var pieces: [Piece] = []
        var calls: [SandboxToolCall] = []
        var natural = "stop"
        // One token more than may be kept tells whether anything was cut.
        let limit = min(max(cap, 1), SandboxLimits.answerTokensMax) + 1
        switch content {
        case .text(let text):
            pieces = SandboxTokens.split(SandboxStops.cut(text, before: stops), limit: limit).map { .content($0) }
        case .refusal(let text): pieces = SandboxTokens.split(text, limit: limit).map { .refusal($0) }
        case .calls(let all):
            calls = all
            natural = usesFunctionCall ? "function_call" : "tool_calls"
            for (number, call) in all.enumerated() where pieces.count < limit {
                pieces.append(.opening(call: number))
                let room = limit - pieces.count
                pieces += SandboxTokens.split(call.arguments, limit: room).map { .argument(call: number, $0) }
            }
        }
        if pieces.count == limit {
            pieces.removeLast()
            natural = "length"
        }
        self.pieces = pieces
        self.calls = calls
        self.finish = finish ?? natural
    }

    var tokens: Int { pieces.count }

    func at(_ index: Int) -> SandboxChoice {
        var copy = self
        copy.index = index
        return copy
    }
}

/// Ends texts where `stop` says.
enum SandboxStops {
    /// The text up to the first of the stops, which is not part of it.
    static func cut(_ text: String, before stops: [String]) -> String {
        guard !stops.isEmpty else { return text }
        let bytes = Array(text.utf8)
        let ends = stops.compactMap { firstOffset(of: Array($0.utf8), in: bytes) }
        guard let end = ends.min() else { return text }
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// Knuth, Morris, Pratt: linear, whatever a caller thinks up.
    private static func firstOffset(of wanted: [UInt8], in bytes: [UInt8]) -> Int? {
        guard !wanted.isEmpty, wanted.count <= bytes.count else { return nil }
        var borders = [0]
        borders.reserveCapacity(wanted.count)
        var border = 0
        for byte in wanted.dropFirst() {
            while border > 0, wanted[border] != byte { border = borders[border - 1] }
            if wanted[border] == byte { border += 1 }
            borders.append(border)
        }
        var matched = 0
        for (offset, byte) in bytes.enumerated() {
            while matched > 0, wanted[matched] != byte { matched = borders[matched - 1] }
            if wanted[matched] == byte { matched += 1 }
            if matched == wanted.count { return offset + 1 - matched }
        }
        return nil
    }
}
