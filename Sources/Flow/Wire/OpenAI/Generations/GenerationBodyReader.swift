import Inference

/// Keeps what was learnt of a request for images in OpenAI's form, member by member.
///
/// What OpenAI offers and no engine here can do is told apart by what comes of ignoring it: `quality`, `style`, `moderation` and
/// `output_compression` are wishes, so they are checked and dropped; a transparent background or a stream would be missed, so they
/// are refused.
struct GenerationBodyReader {
    private var draft = ImageDraft()
    private var count: Int?
    private var size: PictureSize?
    private var delivery: GenerationRequest.Delivery?
    private var hasFormat = false

    /// - Returns: false for a member that is of no account here.
    mutating func readMember(_ key: JSONText, _ fields: inout MemberReader) throws(FieldFault) -> Bool {
        switch key {
        case "model": try draft.readModel(&fields)
        case "prompt": try draft.readPrompt(&fields)
        case "n": count = try fields.integer(1...ImageRequestLimits.imagesMax)
        case "size": try readSize(&fields)
        case "response_format":
            delivery = try fields.choice(of: GenerationRequest.Delivery.allCases.map { ($0.rawValue, $0) })
        case "output_format", "format": try readFormat(&fields)
        case "negative_prompt": try draft.readNegativePrompt(&fields)
        case "scheduler": try draft.readScheduler(&fields)
        case "steps": try draft.readSteps(&fields)
        case "cfg_scale": try draft.readCFGScale(&fields)
        case "seed": try draft.readSeed(&fields)
        case "width": try draft.readWidth(&fields)
        case "height": try draft.readHeight(&fields)
        // Whom the caller serves; it changes no picture.
        case "user": _ = try fields.text(bytesMax: ImageRequestLimits.userBytesMax)
        default: return try readUnheeded(key, &fields)
        }
        return true
    }

    /// OpenAI's own members that change no picture here.
    private func readUnheeded(_ key: JSONText, _ fields: inout MemberReader) throws(FieldFault) -> Bool {
        switch key {
        case "stream":
            guard try !fields.bool() else {
                throw .unsupported(
                    "Images are not streamed here; leave it out, or follow a job's events under /api/texttoimage/.")
            }
            return true
        case "partial_images":
            guard try fields.integer(0...3) == 0 else { throw .unsupported("Images are not streamed here.") }
            return true
        case "background":
            let background = try fields.choice(of: ["transparent", "opaque", "auto"].map { ($0, $0) })
            guard background != "transparent" else { throw .unsupported("Pictures have an opaque background here.") }
            return true
        case "callback_url":
            throw .unsupported("This request is answered when its images are there; only /api/texttoimage/ calls back.")
        case "quality": _ = try fields.choice(of: ["auto", "low", "medium", "high", "standard", "hd"].map { ($0, ()) })
        case "style": _ = try fields.choice(of: ["vivid", "natural"].map { ($0, ()) })
        case "moderation": _ = try fields.choice(of: ["auto", "low"].map { ($0, ()) })
        case "output_compression": _ = try fields.integer(0...100)
        default: try fields.skip()
        }
        return false
    }

    private mutating func readSize(_ fields: inout MemberReader) throws(FieldFault) {
        let text = try fields.text(bytesMax: ImageRequestLimits.nameBytesMax)
        if text == "auto" { return }
        guard let size = PictureSize(text) else {
            let got = text.cutShort
            let range = ImagePrompt.sideRange
            throw FieldFault(code: "invalid_value") {
                "Invalid value for '\($0)': '\(got)'. Expected 'auto' or a size such as '1024x768', each side between "
                    + "\(range.lowerBound) and \(range.upperBound)."
            }
        }
        self.size = size
    }

    private mutating func readFormat(_ fields: inout MemberReader) throws(FieldFault) {
        guard !hasFormat else { throw together("format", "output_format", at: "") }
        try draft.readFormat(&fields)
        hasFormat = true
    }

    private func together(_ one: String, _ other: String, at path: String) -> FieldFault {
        .rule(
            "Setting '\(one)' and '\(other)' at the same time is not supported.", at: path, code: "invalid_parameter_combination")
    }

    // MARK: the whole

    /// - Parameter fields: what every member was read from.
    func request(_ fields: MemberReader, models: (String) -> Bool) throws(FieldFault) -> GenerationRequest {
        var draft = draft
        if let size {
            if draft.width != nil { throw together("width", "size", at: "width") }
            if draft.height != nil { throw together("height", "size", at: "height") }
            draft.width = size.width
            draft.height = size.height
        }
        return GenerationRequest(
            try draft.prompt(fields, models: models), count: count ?? 1, delivery: delivery ?? .url,
            droppedMembers: fields.dropped)
    }
}
