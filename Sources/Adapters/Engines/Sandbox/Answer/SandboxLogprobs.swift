import NIOCore
import Wire

/// Log-probabilities that look like a model's: made from each token and its place, the same every time.
struct SandboxLogprobs: Sendable {
    /// `top_logprobs`, 0...20.
    let alternatives: Int

    /// Writes the `logprobs` object for some of a choice's tokens.
    func write(_ choice: SandboxChoice, tokens: Range<Int>, into buffer: inout ByteBuffer) {
        var isRefusal = false
        if case .refusal = choice.pieces.first { isRefusal = true }
        buffer.writeStaticString(isRefusal ? "{\"content\":null,\"refusal\":[" : "{\"content\":[")
        for index in tokens {
            if index > tokens.lowerBound { buffer.writeStaticString(",") }
            switch choice.pieces[index] {
            case .content(let text), .refusal(let text): write(text, at: index, into: &buffer)
            case .opening, .argument: preconditionFailure("calls carry no log-probabilities")
            }
        }
        buffer.writeStaticString(isRefusal ? "]}" : "],\"refusal\":null}")
    }

    private func write(_ token: Substring, at index: Int, into buffer: inout ByteBuffer) {
        var fingerprint = SandboxFingerprint()
        fingerprint.add(token.utf8)
        var dice = SandboxDice(seed: fingerprint.value &+ UInt64(index))
        var millionths = dice.below(250_000)
        buffer.writeStaticString("{")
        writeMembers(of: token, millionths, into: &buffer)
        buffer.writeStaticString(",\"top_logprobs\":[")
        let others = SandboxLogprobs.others.filter { $0 != token }
        let first = dice.below(others.count)
        for rank in 0..<alternatives {
            // The token itself is the likeliest of all.
            if rank > 0 { millionths += 400_000 + dice.below(2_000_000) }
            buffer.writeStaticString(rank > 0 ? ",{" : "{")
            writeMembers(of: rank == 0 ? token : others[(first + rank) % others.count], millionths, into: &buffer)
            buffer.writeStaticString("}")
        }
        buffer.writeStaticString("]}")
    }

    private func writeMembers(of token: Substring, _ millionths: Int, into buffer: inout ByteBuffer) {
        buffer.writeStaticString("\"token\":")
        buffer.writeJSON(token)
        buffer.writeStaticString(",\"logprob\":-")
        let fraction = String(millionths % 1_000_000)
        buffer.writeJSON(millionths / 1_000_000)
        buffer.writeStaticString(".")
        buffer.writeString(String(repeating: "0", count: 6 - fraction.count) + fraction)
        buffer.writeStaticString(",\"bytes\":[")
        for (offset, byte) in token.utf8.enumerated() {
            if offset > 0 { buffer.writeStaticString(",") }
            buffer.writeJSON(byte)
        }
        buffer.writeStaticString("]")
    }

    /// More than `top_logprobs` can ask for, so that there are enough others whatever the token is.
    private static let others: [Substring] = [
        " the", " a", " of", " and", " to", " in", " is", " it", " that", " for", " on", " with", " as", " this", " by", " from",
        " at", " or", " an", " be", ",", ".", " The", " This",
    ]
}
