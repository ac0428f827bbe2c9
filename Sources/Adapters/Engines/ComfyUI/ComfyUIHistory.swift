import Inference
import Wire

/// What a server says has become of a job: `GET /history/<id>`.
enum ComfyUIHistory: Hashable, Sendable {
    /// Nothing: it is not finished, or the server has never heard of it. Both read `{}`.
    case unknown
    case painted(ComfyUIFile)
    case failed(ImageFailure)

    init(_ document: JSONValue, id: String) {
        guard document.members != nil else {
            self = .failed(ImageFailure(.wrongResult, detail: "the history is no object"))
            return
        }
        guard let entry = document[id] else {
            self = .unknown
            return
        }
        let status = entry["status"]
        if status?["status_str"]?.string == "error" {
            self = .failed(ComfyUIHistory.failure(status?["messages"]?.elements ?? []))
        } else if let image = entry["outputs"]?[ComfyUIGraph.outputNode]?["images"]?[0], let file = ComfyUIFile(image) {
            self = .painted(file)
        } else if status?["completed"]?.bool == false {
            self = .unknown
        } else {
            self = .failed(ImageFailure(.wrongResult, detail: "the job is finished and has no picture"))
        }
    }

    /// Each message is `[event, data]`. Of the data only types and names are kept: the rest holds the prompt.
    private static func failure(_ messages: [JSONValue]) -> ImageFailure {
        if messages.contains(where: { $0[0]?.string == "execution_interrupted" }) {
            return ImageFailure(.broken, detail: "the job was interrupted at the server")
        }
        guard let data = messages.last(where: { $0[0]?.string == "execution_error" })?[1] else {
            return ImageFailure(.broken, detail: "the job failed and nothing says why")
        }
        let exception = ComfyUIWords.word(data["exception_type"]) ?? "an error without a name"
        let node = ComfyUIWords.word(data["node_type"]).map { " at \($0)" } ?? ""
        if exception.hasSuffix("OutOfMemoryError") {
            return ImageFailure(.broken, detail: "out of memory: \(exception)\(node)")
        }
        // Parentheses in parentheses, more than the server's reader of weights goes down: the prompt's fault, not the server's.
        if exception == "RecursionError" {
            return ImageFailure(.refused, detail: "the prompt nests too deeply: \(exception)\(node)")
        }
        return ImageFailure(.broken, detail: "failed: \(exception)\(node)")
    }
}
