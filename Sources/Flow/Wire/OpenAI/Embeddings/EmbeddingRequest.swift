package import Inference
package import NIOCore

/// What is posted to `/v1/embeddings`, read and checked.
package struct EmbeddingRequest: Sendable {
    package enum Encoding: String, Sendable, CaseIterable { case float, base64 }

    package let prompt: EmbeddingPrompt
    package let encoding: Encoding

    /// Inputs of one request: OpenAI's own limit.
    package static let inputsMax = 2048
    /// Longer than any model's vectors.
    package static let dimensionsMax = 8192

    /// - Throws: ``RequestFault``, the first that is found, in OpenAI's words.
    package init(_ body: ByteBuffer, models: (String) -> Bool) throws(RequestFault) {
        let asked = try body.document()
        guard let model = asked["model"]?.string else {
            throw .translation("model", expected: "a string", got: asked["model"])
        }
        guard models(model) else { throw .modelUnknown(model) }
        var encoding = Encoding.float
        if let wish = asked["encoding_format"], !wish.isNull {
            guard let known = wish.string.flatMap(Encoding.init) else {
                throw .translation("encoding_format", expected: "'float' or 'base64'", got: wish)
            }
            encoding = known
        }
        var dimensions: Int?
        if let wish = asked["dimensions"], !wish.isNull {
            guard let count = wish.int, (1...EmbeddingRequest.dimensionsMax).contains(count) else {
                throw .translation(
                    "dimensions", expected: "a whole number from 1 to \(EmbeddingRequest.dimensionsMax)", got: wish)
            }
            dimensions = count
        }
        let user = asked["user"].flatMap { $0.isNull ? nil : $0 }
        if let user, user.string.map({ $0.unicodeScalars.count <= ChatRequestLimits.labelScalarsMax }) != true {
            throw .translation("user", expected: "a string of at most \(ChatRequestLimits.labelScalarsMax) characters", got: user)
        }
        self.encoding = encoding
        prompt = EmbeddingPrompt(
            model: model, inputs: try EmbeddingRequest.inputs(asked["input"]), dimensions: dimensions, user: user?.string)
    }

    private static func inputs(_ value: JSONValue?) throws(RequestFault) -> [EmbeddingPrompt.Input] {
        if let text = value?.string { return [.text(try checked(text, at: "input"))] }
        guard let elements = value?.elements, !elements.isEmpty, elements.count <= inputsMax || elements[0].int != nil else {
            throw .translation(
                "input", expected: "a string, or an array of 1 to \(inputsMax) strings or arrays of tokens", got: value)
        }
        if elements[0].int != nil { return [.tokens(try tokens(elements, at: "input"))] }
        var inputs: [EmbeddingPrompt.Input] = []
        for (index, element) in elements.enumerated() {
            let path = "input[\(index)]"
            if let text = element.string {
                inputs.append(.text(try checked(text, at: path)))
            } else if let numbers = element.elements {
                inputs.append(.tokens(try tokens(numbers, at: path)))
            } else {
                throw .translation(path, expected: "a string or an array of tokens", got: element)
            }
        }
        return inputs
    }

    private static func checked(_ text: String, at path: String) throws(RequestFault) -> String {
        guard !text.isEmpty else { throw .translation(path, expected: "a string that is not empty", got: .string(text)) }
        return text
    }

    private static func tokens(_ values: [JSONValue], at path: String) throws(RequestFault) -> [Int] {
        var tokens: [Int] = []
        for value in values {
            guard let token = value.int, (0...Int(Int32.max)).contains(token) else {
                throw .translation(path, expected: "tokens, whole numbers from 0", got: value)
            }
            tokens.append(token)
        }
        guard !tokens.isEmpty else { throw .translation(path, expected: "at least one token", got: .array(values)) }
        return tokens
    }
}
