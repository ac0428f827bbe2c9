import Inference
import Units
import Wire

/// Thinks an answer out: an order in, a script out. The same order makes the same script, wherever and whenever.
struct SandboxPlan {
    private let order: ChatOrder
    private let question: SandboxQuestion
    private let directives: SandboxDirectives
    /// The last user message without its directives.
    private let said: String
    private let hints: SandboxHints

    /// - Parameter vision: how the ordered model counts images.
    static func script(for order: ChatOrder, pace: SandboxPace, vision: VisionTokens) -> SandboxScript {
        do throws(SandboxObjection) {
            let plan = try SandboxPlan(for: order)
            return try plan.script(pace: pace, vision: vision)
        } catch {
            return SandboxScript(failure: error.failure, afterNanoseconds: 0)
        }
    }

    private init(for order: ChatOrder) throws(SandboxObjection) {
        self.order = order
        question = try SandboxQuestion(reading: order.prompt)
        (directives, said) = try SandboxDirectives.read(question.lastUser?.text ?? "")
        hints = SandboxHints(reading: said)
    }

    private func script(pace: SandboxPace, vision: VisionTokens) throws(SandboxObjection) -> SandboxScript {
        let first = directives.delayNanoseconds ?? pace.firstNanoseconds
        if let failure = directives.refusal { return SandboxScript(failure: failure, afterNanoseconds: first) }
        let choices = try choices()
        let delivery = SandboxScript.Delivery(
            stream: order.prompt.stream, firstNanoseconds: first,
            betweenNanoseconds: directives.paceNanoseconds ?? pace.betweenNanoseconds, cut: directives.cut)
        let writer = SandboxChoiceWriter(
            usesFunctionCall: question.usesFunctionCall,
            logprobs: question.alternatives.map { SandboxLogprobs(alternatives: $0) })
        return SandboxScript(
            choices: choices, writer: writer, delivery: delivery, usage: usage(of: choices, vision: vision))
    }

    private func usage(of choices: [SandboxChoice], vision: VisionTokens) -> Usage? {
        switch directives.report {
        case .nothing: return nil
        case .usage(let usage): return usage.isPlausible ? usage : nil
        case nil:
            let prompt = SandboxPromptTokens(of: question, images: order.prompt.images, vision: vision)
            return Usage(promptTokens: prompt.total, completionTokens: choices.reduce(0) { $0 + $1.tokens })
        }
    }

    // MARK: choices

    private func choices() throws(SandboxObjection) -> [SandboxChoice] {
        let dice = SandboxDice(seed: seed)
        // Without temperature every choice is the likeliest one.
        let variants = question.temperatureIsZero ? 1 : min(order.prompt.choices, SandboxLimits.differentAnswersMax)
        let toolUse = try SandboxToolUse(question: question, hints: hints)
        var different: [SandboxChoice] = []
        for variant in 0..<variants {
            different.append(
                SandboxChoice(
                    index: variant, try content(variant, toolUse, dice), cap: order.outputCap, stops: question.stops,
                    usesFunctionCall: question.usesFunctionCall, finish: directives.finish))
        }
        return (0..<order.prompt.choices).map { different[$0 % variants].at($0) }
    }

    private var seed: UInt64 {
        var fingerprint = SandboxFingerprint()
        fingerprint.add(order.model.utf8)
        for name in ["messages", "tools", "tool_choice", "functions", "function_call", "response_format"] {
            if let member = order.prompt[name] { fingerprint.add(member) }
        }
        if !question.temperatureIsZero, let seed = order.prompt["seed"] { fingerprint.add(seed) }
        return fingerprint.value
    }

    private func content(
        _ variant: Int, _ toolUse: SandboxToolUse, _ common: SandboxDice
    ) throws(SandboxObjection) -> SandboxChoice.Content {
        var common = common
        var dice = common.fork(variant)
        switch directives.content {
        case .text(let text): return .text(text)
        case .refusal(let text): return .refusal(text)
        case .tokens(let count): return .text(try filling(tokens: count, dice: dice))
        case nil: break
        }
        let calls = try toolUse.calls(&dice)
        if !calls.isEmpty { return .calls(calls) }
        var wit = SandboxWit(
            question: question, said: said, images: images, turn: common.below(SandboxLimits.answerTokensMax) + variant,
            dice: dice)
        switch question.format {
        case .text: return .text(wit.answer())
        case .object: return .text(object(saying: wit.answer()))
        case .schema(let schema): return .text(try document(for: schema, answer: bareAnswer(wit), dice: dice))
        }
    }

    /// The images of the last user message, or all of them when it speaks of images sent before.
    private var images: [PromptImage] {
        let all = order.prompt.images
        guard let last = question.messages.lastIndex(where: { $0.role == "user" }) else { return [] }
        let before = question.messages[..<last].reduce(0) { $0 + $1.imageCount }
        let own = Array(all.dropFirst(before).prefix(question.messages[last].imageCount))
        let spoken = !hints.words.isDisjoint(with: ["image", "images", "picture", "pictures", "photo", "photos"])
        return own.isEmpty && spoken ? all : own
    }

    // MARK: texts of a given form

    private func object(saying answer: String) -> String {
        let quote = SandboxQuote.short(of: said, or: "")
        let object: JSONValue = ["sandbox": true, "answer": .string(answer), "you_said": .string(quote)]
        return object.text
    }

    private func bareAnswer(_ wit: SandboxWit) -> String {
        if let result = question.results.last {
            return SandboxQuote.short(of: result.text, or: "nothing", charactersMax: SandboxLimits.citationCharactersMax)
        }
        return wit.knowledge() ?? "The sandbox read: \(SandboxQuote.short(of: said, or: "nothing"))"
    }

    private func document(for schema: JSONValue, answer: String, dice: SandboxDice) throws(SandboxObjection) -> String {
        var document = SandboxDocument(root: schema, isLavish: true, hints: hints, answer: answer, dice: dice)
        do throws(SandboxObjection) {
            return try document.write().text
        } catch {
            throw SandboxObjection(error.message, param: "response_format", code: "invalid_json_schema")
        }
    }

    /// Words that are one token each.
    private func filling(tokens count: Int, dice: SandboxDice) throws(SandboxObjection) -> String {
        guard count * order.prompt.choices <= SandboxLimits.answerTokensMax else {
            throw SandboxObjection(
                "The sandbox writes at most \(SandboxLimits.answerTokensMax) tokens over all choices.", param: "n",
                code: "invalid_sandbox_directive")
        }
        var dice = dice
        var text = "Sand"
        for _ in 1..<max(count, 1) {
            text += dice.pick(from: [" sand", " box", " grain", " castle", " bucket", " spade", " sieve", " wave"])
        }
        return text
    }
}
