/// An answer and its bill; with `--json` the one document that is printed.
struct ChatAnswer: Encodable, Hashable {
    struct Usage: Codable, Hashable {
        let promptTokens: Int
        let completionTokens: Int
        let totalTokens: Int
    }

    var text = ""
    var model: String?
    var finishReason: String?
    var usage: Usage?
    /// Decimal US dollars.
    var cost: String?
    var balance: String?

    /// One line for people.
    var bill: String {
        let parts = [
            cost.map { "cost \($0)" }, balance.map { "balance \($0)" },
            usage.map { "\($0.promptTokens) tokens in, \($0.completionTokens) out" },
            finishReason == "length" ? "cut off at the token limit" : nil,
        ]
        return parts.compactMap(\.self).joined(separator: " · ")
    }
}

/// What is read of a chunk, or of a whole answer.
struct ChatPiece: Decodable {
    struct Choice: Decodable {
        let delta: Text?
        let message: Text?
        let finishReason: String?
    }

    struct Text: Decodable {
        let content: String?
        let refusal: String?
    }

    struct Fault: Decodable {
        let message: String
        let code: String?
    }

    let model: String?
    let choices: [Choice]?
    let usage: ChatAnswer.Usage?
    let error: Fault?

    /// The text of the first choice in this piece.
    var text: String {
        let text = choices?.first.flatMap { $0.delta ?? $0.message }
        return (text?.content ?? "") + (text?.refusal ?? "")
    }
}

/// What `GET /api/account/` says that is read here.
struct AccountBalances: Decodable {
    let balance: String
    let testBalance: String
}
