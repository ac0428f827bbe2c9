package import Inference
package import NIOCore

/// What is posted to `/v1/audio/speech`, or to `/api/texttospeech`, read and checked in one pass.
package struct SpeechRequest: Hashable, Sendable {
    /// How the audio is given to the caller.
    package enum Delivery: String, Sendable, CaseIterable {
        /// The file itself, as it is made.
        case audio
        /// Server-sent events with pieces of it in base64.
        case events = "sse"
    }

    /// What may be left out.
    package enum Manners: Sendable, CaseIterable {
        /// As OpenAI has it: model and voice are named.
        case openAI
        /// As the reference has it: everything but the text has a default.
        case reference
    }

    package let prompt: SpeechPrompt
    package let delivery: Delivery
    /// Names of members that mean nothing here, `lang_code`: fit for a header.
    package let droppedMembers: [String]

    /// Reads a body.
    /// - Parameter models: whether a model of that name is known.
    /// - Throws: ``RequestFault``, the first that is found, in OpenAI's words.
    package static func read(
        _ body: ByteBuffer, manners: Manners, models: (String) -> Bool
    ) throws(RequestFault) -> SpeechRequest {
        try body.readJSON { (json) throws(RequestFault) in
            do throws(FieldFault) {
                var reader = SpeechBodyReader()
                var fields = MemberReader(json, of: body, dialect: .openAI)
                try fields.walk { (fields, key) throws(FieldFault) in try reader.readMember(key, &fields) }
                return try reader.request(fields, manners, models: models)
            } catch { throw error.request }
        }
    }
}
