import Inference
import NIOCore

/// Walks the body of a chat request once and keeps what was learnt. The parts are in the extensions beside it.
struct ChatBodyReader {
    var fields: FieldReader
    let dialect: ChatDialect

    private var model: String?
    private var stream: Bool?
    private var streamOptions: StreamOptions?
    private var choices: Int?
    private var maxTokens: Int?
    private var maxCompletionTokens: Int?
    private var logprobs = false
    private var hasTopLogprobs = false
    private var hasParallelToolCalls = false
    private let body: ByteBuffer
    /// Members to pass on.
    private var kept: [ChatPrompt.Member] = []
    private var dropped: [String] = []

    var size = PromptSize(jsonBytes: 0, textBytes: 0, messages: 0)
    var images: [PromptImage] = []
    /// Bytes of the body that are data of images.
    var imageDataBytes = 0
    /// Where the first image is: message and part.
    var firstImage: (message: Int, part: Int)?
    var tools = ToolNames()
    /// A message has the role `developer`.
    var namesDeveloper = false

    /// - Parameter body: what `fields` reads.
    init(_ fields: FieldReader, of body: ByteBuffer, dialect: ChatDialect) {
        self.fields = fields
        self.body = body
        self.dialect = dialect
    }

    /// What becomes of a top-level member.
    private enum Fate {
        /// It goes upstream as it is, less its cuts.
        case passedOn
        /// The engine writes it, or it has done its work here.
        case taken
        case dropped
    }

    mutating func read() throws(FieldFault) {
        var walk = try fields.object()
        // As many as most requests have.
        kept.reserveCapacity(8)
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                // Null is the default everywhere.
                if try fields.null() { continue }
                let start = fields.position
                switch try readMember(key) {
                case .passedOn: kept.append(ChatPrompt.Member(name: key.string, value: value(in: start..<fields.position)))
                case .taken: break
                case .dropped: noteDropped(key, in: "")
                }
            } catch { throw error.under(key.cutShort) }
        }
        try fields.end()
    }

    private mutating func readMember(_ key: JSONText) throws(FieldFault) -> Fate {
        switch key {
        case "model": model = try fields.string(max: ChatRequestLimits.labelScalarsMax).string
        case "stream": stream = try fields.bool()
        case "stream_options": streamOptions = try readStreamOptions()
        case "n": choices = try fields.integer(1...128)
        case "max_completion_tokens": maxCompletionTokens = try fields.integer(1...ChatRequestLimits.outputTokensMax)
        case "max_tokens": maxTokens = try fields.integer(1...ChatRequestLimits.outputTokensMax)
        case "modalities": try readModalities()
        case "audio": throw FieldFault.unsupported("Audio output is not offered here.")
        case "functions": throw FieldFault.unsupported("It is deprecated; use 'tools' instead.")
        case "function_call": throw FieldFault.unsupported("It is deprecated; use 'tool_choice' instead.")
        default: return try readPassedOn(key) ? .passedOn : .dropped
        }
        return .taken
    }

    /// - Returns: false for a member that is not passed on; its value was skipped.
    private mutating func readPassedOn(_ key: JSONText) throws(FieldFault) -> Bool {
        switch key {
        case "messages": try readMessages()
        case "temperature": try fields.decimal(0...2)
        case "top_p": try fields.decimal(0...1)
        case "presence_penalty", "frequency_penalty": try fields.decimal(-2...2)
        case "stop": try readStop()
        case "seed": _ = try fields.integer(Int.min...Int.max)
        case "logit_bias": try readLogitBias()
        case "logprobs": logprobs = try fields.bool()
        case "top_logprobs":
            _ = try fields.integer(0...20)
            hasTopLogprobs = true
        case "response_format": try readResponseFormat()
        case "tools": try readTools()
        case "tool_choice": try readToolChoice()
        case "parallel_tool_calls":
            _ = try fields.bool()
            hasParallelToolCalls = true
        case "prediction": try readPrediction()
        case "reasoning_effort": try readReasoningEffort()
        case "verbosity": try readVerbosity()
        case "user", "safety_identifier", "prompt_cache_key": _ = try fields.string(max: ChatRequestLimits.labelScalarsMax)
        default:
            try fields.skip()
            return false
        }
        return true
    }

    /// Remembers that a member is not passed on.
    mutating func noteDropped(_ key: JSONText, in place: String) {
        guard dropped.count < ChatRequestLimits.droppedNamesMax, key.decodedBytes <= 64 else { return }
        let name = key.string
        guard name.utf8.allSatisfy(\.isHeaderSafe) else { return }
        let whole = place.isEmpty ? name : "\(place).\(name)"
        if !dropped.contains(whole) { dropped.append(whole) }
    }

    // MARK: the whole

    /// The model asked for, after the rules that bind several members.
    func checkedModel(in catalog: ModelCatalog) throws(FieldFault) -> ChatModel {
        guard let name = model, !name.isEmpty else { throw .missing("model") }
        guard size.messages > 0 else { throw .missing("messages") }
        guard let model = catalog.chatModel(name) else { throw FieldFault(RequestFault.modelUnknown(name)) }
        try checkOutputCap(of: model)
        if streamOptions != nil, !streams {
            throw .rule("The 'stream_options' parameter is only allowed when 'stream' is enabled.", at: "stream_options")
        }
        if hasTopLogprobs, !logprobs {
            throw .rule("The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.", at: "top_logprobs")
        }
        if hasParallelToolCalls, !tools.areGiven { throw ToolNames.onlyWithTools("parallel_tool_calls") }
        try tools.check()
        if size.predictionBytes > 0, let choices, choices > 1 {
            throw .rule("The 'prediction' parameter is only allowed when 'n' is 1.", at: "prediction")
        }
        if let firstImage, model.vision == nil {
            throw .rule(
                "Invalid content type. image_url is only supported by certain models, not by '\(model.id)'.",
                at: "messages[\(firstImage.message)].content[\(firstImage.part)].type")
        }
        return model
    }

    private func checkOutputCap(of model: ChatModel) throws(FieldFault) {
        if maxTokens != nil, maxCompletionTokens != nil {
            throw .rule(
                "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported.", at: "max_tokens",
                code: "invalid_parameter_combination")
        }
        let name = maxTokens == nil ? "max_completion_tokens" : "max_tokens"
        guard let cap = maxTokens ?? maxCompletionTokens, cap > model.outputTokensMax else { return }
        throw .rule(
            "\(name) is too large: \(cap). This model supports at most \(model.outputTokensMax) completion tokens, "
                + "whereas you provided \(cap).", at: name, code: "invalid_value")
    }

    private var streams: Bool { stream ?? dialect.streamsByDefault }

    func request(for model: ChatModel) -> ChatRequest {
        var size = size
        // Quotes, colon and comma of each member, and the braces.
        size.jsonBytes = kept.reduce(2 - imageDataBytes) { $0 + $1.name.utf8.count + 4 + $1.value.readableBytes }
        let prompt = ChatPrompt(
            model: self.model ?? model.id, stream: streams, choices: choices ?? 1,
            outputCap: maxTokens ?? maxCompletionTokens ?? dialect.outputCapDefault, members: kept, size: size,
            images: images, mayNameDeveloper: namesDeveloper)
        return ChatRequest(
            prompt: prompt, dialect: dialect, includeUsage: streamOptions?.includeUsage ?? false, droppedMembers: dropped)
    }

    /// The bytes of a value: a view of the body, or a copy when something is left out.
    private func value(in range: Range<Int>) -> ByteBuffer {
        if fields.cuts.isEmpty { return body.slice(range) }
        let cuts = fields.cuts.filter { range.lowerBound <= $0.lowerBound && $0.upperBound <= range.upperBound }
        guard !cuts.isEmpty else { return body.slice(range) }
        var value = ByteBuffer()
        value.reserveCapacity(range.count)
        var start = range.lowerBound
        for cut in cuts {
            value.writeImmutableBuffer(body.slice(start..<cut.lowerBound))
            start = cut.upperBound
        }
        value.writeImmutableBuffer(body.slice(start..<range.upperBound))
        return value
    }
}

extension UInt8 {
    /// Letters, digits, `_`, `-` and `.`: what may stand in a header without thought.
    fileprivate var isHeaderSafe: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }
}
