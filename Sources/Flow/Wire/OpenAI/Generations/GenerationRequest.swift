package import Inference
package import NIOCore

/// What is posted to `/v1/images/generations`, read and checked in one pass: OpenAI's members, and the reference's by their
/// snake_case names.
package struct GenerationRequest: Hashable, Sendable {
    /// How the pictures are given to the caller.
    package enum Delivery: String, Sendable, CaseIterable {
        case url
        case base64 = "b64_json"
    }

    /// One for each picture, 1...10, alike but for their seeds: when one was given, each has the seed after that of the one before,
    /// 0 after the last there is.
    package let prompts: [ImagePrompt]
    package let delivery: Delivery
    /// Names of members that mean nothing here, `quality`: fit for a header.
    package let droppedMembers: [String]

    /// Reads a body.
    /// - Parameter models: whether a model of that name is known.
    /// - Throws: ``RequestFault``, the first that is found, in OpenAI's words.
    package static func read(_ body: ByteBuffer, models: (String) -> Bool) throws(RequestFault) -> GenerationRequest {
        try body.readJSON { (json) throws(RequestFault) in
            do throws(FieldFault) {
                var reader = GenerationBodyReader()
                var fields = MemberReader(json, of: body, dialect: .openAI)
                try fields.walk { (fields, key) throws(FieldFault) in try reader.readMember(key, &fields) }
                return try reader.request(fields, models: models)
            } catch { throw error.request }
        }
    }

    init(_ prompt: ImagePrompt, count: Int, delivery: Delivery, droppedMembers: [String]) {
        prompts = (0..<Int64(count)).map { index in
            var next = prompt
            next.seed = prompt.seed.map { ($0 + index) % (ImagePrompt.seedRange.upperBound + 1) }
            return next
        }
        self.delivery = delivery
        self.droppedMembers = droppedMembers
    }
}
