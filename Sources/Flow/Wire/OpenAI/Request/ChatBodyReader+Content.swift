import Inference

/// What a message says, as far as rules go.
struct MessageContent {
    enum Kind { case absent, null, given }

    var kind = Kind.absent
    /// The first part that is an image.
    var firstImage: Int?
    /// The first part that is a refusal.
    var firstRefusal: Int?

    static let phrase = "one of a string or array of objects"
    static var nullFault: FieldFault { .type(expected: phrase, got: JSONKind.null.phrase) }
}

/// Contents: a string, or parts of text, images and refusals.
extension ChatBodyReader {
    /// - Parameter message: its number; nil when this is no message but a prediction.
    mutating func readContent(of message: Int?) throws(FieldFault) -> MessageContent {
        var content = MessageContent(kind: .given)
        switch try fields.kind() {
        case .string: size.textBytes += try fields.string().decodedBytes
        case .null:
            _ = try fields.null()
            content.kind = .null
        case .array:
            var elements = try fields.array()
            while try fields.element(of: &elements, max: ChatRequestLimits.partsMax) {
                let index = elements.count - 1
                do throws(FieldFault) {
                    try readPart(index, of: &content, message: message)
                } catch { throw error.under(index) }
            }
        default: throw try fields.wrongType(MessageContent.phrase)
        }
        return content
    }

    private mutating func readPart(_ index: Int, of content: inout MessageContent, message: Int?) throws(FieldFault) {
        var type: JSONText?
        var hasText = false
        var hasImage = false
        var hasRefusal = false
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "type": type = try fields.string()
                case "text":
                    size.textBytes += try fields.string().decodedBytes
                    hasText = true
                case "refusal":
                    size.textBytes += try fields.string().decodedBytes
                    hasRefusal = true
                case "image_url":
                    try readImage()
                    hasImage = true
                default: try drop(key, from: &walk, in: "messages[].content[]")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let type else { throw .missing("type") }
        switch type {
        case "text": try check(hasText, "text", alone: !hasImage && !hasRefusal, hasImage ? "image_url" : "refusal")
        case "refusal":
            try check(hasRefusal, "refusal", alone: !hasImage && !hasText, hasImage ? "image_url" : "text")
            content.firstRefusal = content.firstRefusal ?? index
        case "image_url":
            try check(hasImage, "image_url", alone: !hasText && !hasRefusal, hasText ? "text" : "refusal")
            content.firstImage = content.firstImage ?? index
            if firstImage == nil, let message { firstImage = (message, index) }
        default: throw .value(type.cutShort, supported: ["text", "image_url"], at: "type")
        }
    }

    private func check(_ isThere: Bool, _ name: String, alone: Bool, _ other: String) throws(FieldFault) {
        guard isThere else { throw .missing(name) }
        guard alone else { throw .unknown(other) }
    }

    // MARK: images

    private mutating func readImage() throws(FieldFault) {
        var source: PromptImage.Source?
        var detail = PromptImage.Detail.auto
        var walk = try fields.object()
        while let key = try fields.key(of: &walk) {
            do throws(FieldFault) {
                switch key {
                case "url": source = try readImageURL()
                case "detail":
                    if try fields.null() { walk.isCut = true } else { detail = try readDetail() }
                default: try drop(key, from: &walk, in: "messages[].content[].image_url")
                }
            } catch { throw error.under(key.cutShort) }
        }
        guard let source else { throw .missing("url") }
        guard images.count < ChatRequestLimits.imagesMax else {
            throw .rule(
                "Too many images in request. Max is \(ChatRequestLimits.imagesMax).", at: "", code: "too_many_images")
        }
        images.append(PromptImage(source: source, detail: detail))
    }

    private mutating func readImageURL() throws(FieldFault) -> PromptImage.Source {
        let url = try fields.string(max: .max)
        do throws(ImageFault) {
            let source = try ImageURL.read(url)
            if case .data = source { imageDataBytes += url.raw.count }
            return source
        } catch { throw FieldFault(error) }
    }

    private mutating func readDetail() throws(FieldFault) -> PromptImage.Detail {
        let detail = try fields.string()
        switch detail {
        case "auto": return .auto
        case "low": return .low
        case "high": return .high
        default: throw .value(detail.cutShort, supported: ["auto", "low", "high"])
        }
    }
}

extension FieldFault {
    /// An image's fault, with the path of its `url`.
    fileprivate init(_ fault: ImageFault) {
        self.init(code: fault.code) { "Invalid '\($0)': \(fault.message)" }
    }
}
