import Inference

/// What the sandbox says in plain text. It knows a handful of things, says what it is, and repeats on request.
struct SandboxWit {
    let question: SandboxQuestion
    /// The last user message without its directives.
    let said: String
    let images: [PromptImage]
    /// Another number for each choice: it picks the beginnings, so that choices differ.
    let turn: Int
    var dice: SandboxDice

    /// The answer in full, notes about the sandbox included.
    mutating func answer() -> String {
        let isChinese = SandboxWit.isChinese(said)
        if !question.results.isEmpty { return citation() }
        if !images.isEmpty { return description() }
        if let wanted = SandboxWit.repetition(wantedBy: said) { return wanted }
        if let greeting = greeting() { return greeting }
        if let counted = SandboxWit.counting(said) { return counted }
        if let fact = knowledge() { return "\(fact) \(note(isChinese))" }
        return isChinese ? chineseReply() : reply()
    }

    /// The bare fact, as a property called `answer` wants it; nil when the sandbox knows none.
    func knowledge() -> String? { SandboxWit.fact(about: said) ?? SandboxArithmetic.answer(to: said).map { "\($0)." } }

    // MARK: occasions

    private func citation() -> String {
        let cited = question.results.map { result in
            let quoted = SandboxQuote.short(of: result.text, or: "nothing", charactersMax: SandboxLimits.citationCharactersMax)
            return "\(result.name) returned \(quoted)"
        }
        return "The sandbox read what the tools said: \(cited.joined(separator: "; ")). Nothing else was looked up."
    }

    private mutating func description() -> String {
        let seen = images.map { image in
            switch image.source {
            case .data(let format, let width, let height, _):
                return "a \(width)×\(height) \(format.spokenName) image"
            case .address(let host): return "an image at \(host), which the sandbox does not fetch"
            }
        }
        let list = seen.count > 1 ? seen.dropLast().joined(separator: ", ") + " and " + (seen.last ?? "") : seen[0]
        let reaction = said.isEmpty ? "" : " You asked: “\(SandboxQuote.short(of: said, or: ""))”."
        return "I see \(list).\(reaction) This is the sandbox: it reads the header of an image, never its content."
    }

    private mutating func greeting() -> String? {
        // Of a long message only the beginning could be a greeting, and then it is more than that.
        let words = SandboxWords.all(in: said.beginning(scalars: 80))
        guard let first = words.first, words.count <= 5 else { return nil }
        if first == "你好" || first == "您好" {
            return "你好!这里是 MiniToolAI 的沙盒:没有模型在思考,但请求、流式输出和计费都和真的一样。"
                + pickByTurn(from: ["请随便试。", "有什么可以帮你?"])
        }
        let isGreeting = ["hello", "hi", "hey", "greetings", "bonjour", "hola", "hallo"].contains(first)
        guard isGreeting || first == "good" && ["morning", "afternoon", "evening"].contains(words.last) else { return nil }
        let opening = pickByTurn(from: ["Hello!", "Hello there!", "Hi!"])
        let closing = dice.pick(from: ["What would you like to try?", "How can I help you today?", "Ask me anything small."])
        return "\(opening) This is the MiniToolAI sandbox: no model is thinking here, but everything else is real. \(closing)"
    }

    private func pickByTurn(from choices: [String]) -> String { choices[turn % choices.count] }

    private func note(_ isChinese: Bool) -> String {
        isChinese
            ? pickByTurn(from: ["(来自 MiniToolAI 沙盒,没有询问任何模型。)", "(这是沙盒的回答。)"])
            : pickByTurn(from: [
                "(This is the MiniToolAI sandbox; no model was asked.)", "(So says the sandbox, without asking any model.)",
                "(A sandbox answer: it knows this one by heart.)",
            ])
    }

    private mutating func reply() -> String {
        let quote = SandboxQuote.short(of: said, or: "")
        let heard =
            quote.isEmpty
            ? pickByTurn(from: ["There was no text to react to.", "Your message holds no text."])
            : pickByTurn(from: ["You said: “\(quote)”.", "I received “\(quote)”.", "Thanks for your message, “\(quote)”."])
        let nature = dice.pick(from: [
            "This is the MiniToolAI sandbox, so no model has thought about it.",
            "I am the sandbox engine of MiniToolAI: a stand-in that answers without a model.",
            "The sandbox answers here, not a language model.",
        ])
        let advice = dice.pick(from: [
            "The same prompt and seed will always get this same answer.",
            "Tokens, chunks and usage have the shape of the real thing.",
            "Ask me to say something, to add two numbers, or to call one of your tools.",
        ])
        return "\(heard) \(nature) \(advice)"
    }

    private mutating func chineseReply() -> String {
        let quote = SandboxQuote.short(of: said, or: "", charactersMax: 30)
        let heard = pickByTurn(from: ["你说:“\(quote)”。", "收到:“\(quote)”。"])
        let nature = dice.pick(from: ["这里是 MiniToolAI 沙盒,没有模型在思考。", "回答你的是沙盒,不是语言模型。"])
        let advice = dice.pick(from: ["同样的提示和种子总会得到同样的回答。", "令牌、分块和用量都与真实接口的形状一致。"])
        return heard + nature + advice
    }

    private static func isChinese(_ text: String) -> Bool {
        let head = text.beginning(scalars: 200)
        return head.filter(\.isIdeograph).count * 3 > head.filter(\.isLetter).count
    }
}

extension ImageFormat {
    fileprivate var spokenName: String {
        switch self {
        case .png: "PNG"
        case .jpeg: "JPEG"
        case .webp: "WebP"
        case .gif: "GIF"
        }
    }
}
