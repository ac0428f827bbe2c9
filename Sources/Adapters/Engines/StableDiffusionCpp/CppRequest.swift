import Inference
import NIOCore
import Wire

/// An order made out to one `sd-server`.
struct CppRequest: Sendable {
    let body: ByteBuffer
    /// What is used in place of the scheduler asked for, if something is.
    let substitute: String?

    /// - Throws: `refused` for another model than the loaded one, and for a sampler that the server does not have: it would silently use Euler a.
    init(_ order: ImageOrder, _ capabilities: CppCapabilities, strictScheduler: Bool) throws(ImageFailure) {
        guard capabilities.makesImages else { throw ImageFailure(.refused, detail: "the loaded model makes no pictures") }
        guard capabilities.isModel(order.model) else {
            throw ImageFailure(.refused, detail: "the server has loaded '\(capabilities.modelName)', not '\(order.model)'")
        }
        guard let sampler = capabilities.choice(of: order.prompt.scheduler, strict: strictScheduler) else {
            throw ImageFailure(.refused, detail: "the server has no sampler for '\(order.prompt.scheduler.rawValue)'")
        }
        let size = PictureSize(width: order.prompt.width, height: order.prompt.height, roundedUpTo: 64)
        guard capabilities.takes(size) else { throw ImageFailure(.refused, detail: "the server makes no pictures of \(size)") }
        substitute = sampler.isSubstitute ? "\(sampler.method), \(sampler.schedule)" : nil
        body = CppRequest.body(order, sampler, size)
    }

    private static func body(_ order: ImageOrder, _ sampler: CppSampler, _ size: PictureSize) -> ByteBuffer {
        let members: [(String, JSONValue)] = [
            ("prompt", .string(PlainPrompt(order.prompt.prompt).text)),
            ("negative_prompt", .string(PlainPrompt(order.prompt.negativePrompt).text)), ("width", .integer(size.width)),
            ("height", .integer(size.height)), ("seed", .integer(order.seed)), ("batch_count", 1), ("output_format", "png"),
            // Prompts do not belong into files.
            ("embed_image_metadata", false),
        ]
        var body = ByteBuffer(string: "{")
        for (key, value) in members {
            body.writeJSON(key)
            body.writeStaticString(":")
            value.write(into: &body)
            body.writeStaticString(",")
        }
        let cfg = JSONValue.hundredths(order.prompt.cfgHundredths)
        body.writeString(#""sample_params":{"sample_method":"\#(sampler.method)","scheduler":"\#(sampler.schedule)","#)
        body.writeString(#""sample_steps":\#(order.prompt.steps),"guidance":{"txt_cfg":\#(cfg)}}}"#)
        return body
    }
}
