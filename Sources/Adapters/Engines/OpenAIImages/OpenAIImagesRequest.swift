import Inference
import NIOCore
import Wire

/// The body of `POST /images/generations`. Source: https://platform.openai.com/docs/api-reference/images/create
///
/// There is no place in it for scheduler, steps, guidance and seed.
struct OpenAIImagesRequest {
    let order: ImageOrder
    let size: OpenAIImagesSize
    let style: OpenAIImagesEngine.Options.Style

    var body: ByteBuffer {
        var members: [JSONMember] = [
            JSONMember(key: "model", value: .string(order.model)), JSONMember(key: "prompt", value: .string(text)),
            JSONMember(key: "n", value: 1), JSONMember(key: "size", value: .string(size.description)),
        ]
        switch style {
        // The only format of theirs that loses nothing before it is made into what the caller wants.
        case .gptImage: members.append(JSONMember(key: "output_format", value: "png"))
        case .dallE: members.append(JSONMember(key: "response_format", value: "b64_json"))
        case .plain where !order.prompt.negativePrompt.isEmpty:
            members.append(JSONMember(key: "negative_prompt", value: .string(PlainPrompt(order.prompt.negativePrompt).text)))
        case .plain: break
        }
        var body = ByteBuffer()
        JSONValue.object(members).write(into: &body)
        return body
    }

    /// OpenAI's models have no negative prompt, but they understand words. A server of one's own may be a Stable Diffusion server
    /// that takes directives from texts.
    private var text: String {
        let (prompt, negative) = (order.prompt.prompt, order.prompt.negativePrompt)
        switch style {
        case .gptImage, .dallE: return negative.isEmpty ? prompt : "\(prompt)\n\nAvoid: \(negative)"
        case .plain: return PlainPrompt(prompt).text
        }
    }
}
