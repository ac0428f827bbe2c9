import Inference
import NIOCore
import Wire

/// A job as ComfyUI takes it: the nodes of a picture, each with its inputs.
///
/// Source: the format that "Export (API)" of its own pages writes, https://docs.comfy.org/development/core-concepts/workflow
struct ComfyUIGraph {
    let order: ImageOrder
    let sampler: ComfyUISampler
    /// Our own name of the job, where the server takes one; and of the one client that asks for it.
    let id: String

    init(_ order: ImageOrder, id: String) {
        self.order = order
        self.id = id
        sampler = ComfyUISampler(order.prompt.scheduler)
    }

    /// The node whose picture is fetched.
    static let outputNode = "9"

    var steps: Int { max(order.prompt.steps, sampler.stepsMin) }
    /// As large as asked for or up to seven pixels larger.
    private var size: PictureSize {
        PictureSize(width: order.prompt.width, height: order.prompt.height, roundedUpTo: ComfyUILimits.sideStep)
    }

    /// What was done instead of what was asked for; nil: nothing.
    var substitute: String? { steps == order.prompt.steps ? nil : "\(sampler.name), \(sampler.schedule), in \(steps) steps" }

    /// The body of `POST /prompt`.
    var body: ByteBuffer {
        ByteBuffer(string: #"{"client_id":\#(quoted(id)),"prompt_id":\#(quoted(id)),"prompt":{\#(nodes)}}"#)
    }

    /// `PreviewImage` writes into the folder that the server empties when it starts; nothing else ever would. Its input `tag` is
    /// none that it knows, and so is ignored, but it makes this graph another than the last: no answer comes from a cache, whose
    /// file may be gone.
    private var nodes: String {
        let prompt = order.prompt
        let text = quoted(ComfyUIText.withoutFiles(prompt.prompt))
        let negative = quoted(ComfyUIText.withoutFiles(prompt.negativePrompt))
        return [
            node(4, "CheckpointLoaderSimple", #""ckpt_name":\#(quoted(order.model))"#),
            node(5, "EmptyLatentImage", #""width":\#(size.width),"height":\#(size.height),"batch_size":1"#),
            node(6, "CLIPTextEncode", #""clip":["4",1],"text":\#(text)"#),
            node(7, "CLIPTextEncode", #""clip":["4",1],"text":\#(negative)"#),
            node(
                3, "KSampler",
                #""model":["4",0],"positive":["6",0],"negative":["7",0],"latent_image":["5",0],"seed":\#(order.seed),"#
                    + #""steps":\#(steps),"cfg":\#(JSONValue.hundredths(prompt.cfgHundredths)),"denoise":1,"#
                    + #""sampler_name":"\#(sampler.name)","scheduler":"\#(sampler.schedule)""#),
            node(8, "VAEDecode", #""samples":["3",0],"vae":["4",2]"#),
            node(9, "PreviewImage", #""images":["8",0],"tag":\#(quoted(order.tag))"#),
        ].joined(separator: ",")
    }

    private func node(_ number: Int, _ kind: String, _ inputs: String) -> String {
        #""\#(number)":{"class_type":"\#(kind)","inputs":{\#(inputs)}}"#
    }

    private func quoted(_ text: String) -> String { JSONValue.string(text).text }
}
