package import Inference
package import NIOCore

/// What is posted to `/api/texttoimage/`, read and checked in one pass.
package struct ImageRequest: Hashable, Sendable {
    /// Within every range of ``ImagePrompt``; defaults stand where the caller gave none or null.
    package let prompt: ImagePrompt
    /// Where the end of the job is to be told: an https address of a public host, by its spelling; nil: nowhere.
    package let callback: String?
    /// Names of members that mean nothing here, `negative_prompt`: fit for a header.
    package let droppedMembers: [String]

    /// Reads a body.
    /// - Parameters:
    ///   - allowsLoopbackCallback: whether `callback_url` may be of this very machine, with http too: for trying it out.
    ///   - models: whether a model of that name is known.
    /// - Throws: ``RequestFault``, the first that is found: `steps must be between 1 and 8, got 9`.
    package static func read(
        _ body: ByteBuffer, allowsLoopbackCallback: Bool = false, models: (String) -> Bool
    ) throws(RequestFault) -> ImageRequest {
        try body.readJSON { (json) throws(RequestFault) in
            do throws(FieldFault) {
                var fields = MemberReader(json, of: body, dialect: .reference)
                var draft = ImageDraft()
                var callback: String?
                try fields.walk { (fields, key) throws(FieldFault) in
                    switch key {
                    case "model": try draft.readModel(&fields)
                    case "prompt": try draft.readPrompt(&fields)
                    case "negativePrompt": try draft.readNegativePrompt(&fields)
                    case "scheduler": try draft.readScheduler(&fields)
                    case "steps": try draft.readSteps(&fields)
                    case "cfgScale": try draft.readCFGScale(&fields)
                    case "width": try draft.readWidth(&fields)
                    case "height": try draft.readHeight(&fields)
                    case "seed": try draft.readSeed(&fields)
                    case "format": try draft.readFormat(&fields)
                    case "callback_url":
                        callback = try CallbackAddress.read(&fields, allowsLoopback: allowsLoopbackCallback)
                    default:
                        try fields.skip()
                        return false
                    }
                    return true
                }
                let prompt = try draft.prompt(fields, models: models)
                return ImageRequest(prompt: prompt, callback: callback, droppedMembers: fields.dropped)
            } catch { throw error.request }
        }
    }
}
