import Inference
import Wire

/// Prompt tokens as OpenAI counts them: three a message, its role, content and name, and three for the answer to come.
/// Sources: OpenAI's cookbook, "How to count tokens with tiktoken"; images by ``VisionTokens``.
struct SandboxPromptTokens {
    private(set) var total = 3
    private var bytesLeft = SandboxLimits.countedBytesMax

    init(of question: SandboxQuestion, images: [PromptImage], vision: VisionTokens) {
        for message in question.messages { add(message) }
        if !question.tools.isEmpty {
            for tool in question.tools { add(tool) }
            total += 12
        }
        if case .schema(let schema) = question.format { add(schema.text) }
        for image in images { total += vision.tokens(for: image) }
    }

    /// Adds a text and what stands around it.
    private mutating func add(_ text: String, _ around: Int = 0) {
        let bytesMax = max(bytesLeft, SandboxLimits.sampledBytes)
        bytesLeft -= min(text.utf8.count, bytesMax)
        total += around + SandboxTokens.count(text, bytesMax: bytesMax)
    }

    private mutating func add(_ message: SandboxMessage) {
        add(message.role, 3)
        add(message.text)
        if let name = message.name { add(name, 1) }
        for call in message.calls {
            add(call.name, 3)
            add(call.arguments)
        }
    }

    private mutating func add(_ tool: SandboxTool) {
        add("\(tool.name):\(tool.description)", 7)
        if let parameters = tool.parameters { add(propertiesOf: parameters) }
    }

    private mutating func add(propertiesOf schema: JSONValue) {
        guard let properties = schema["properties"]?.members, !properties.isEmpty else { return }
        total += 3
        for property in properties {
            let type = property.value["type"]?.string ?? ""
            let description = property.value["description"]?.string ?? ""
            add("\(property.key):\(type):\(description)", 3)
            let options = property.value["enum"]?.elements ?? []
            if !options.isEmpty { total -= 3 }
            for option in options { add(option.string ?? option.text, 3) }
            add(propertiesOf: property.value)
            if let items = property.value["items"] { add(propertiesOf: items) }
        }
    }
}

extension VisionTokens {
    /// An image that is only an address is never fetched: it counts as 1024 × 1024 pixels.
    fileprivate func tokens(for image: PromptImage) -> Int {
        switch image.source {
        case .data(_, let width, let height, _): tokens(width: width, height: height, detail: image.detail)
        case .address: tokens(width: 1024, height: 1024, detail: image.detail)
        }
    }
}
