import Inference
import Wire

/// Where a job of stable-diffusion.cpp's queue stands.
enum CppJobState {
    case waiting
    /// How far is not said.
    case generating
    case completed(PictureFile)

    /// - Throws: `broken` for a job that failed, `lost` for one that somebody else cancelled, `wrongResult` when no picture is there.
    init(_ document: JSONValue) throws(ImageFailure) {
        switch document["status"]?.string {
        case "queued": self = .waiting
        case "generating": self = .generating
        case "completed":
            guard let text = document["result"]?["images"]?[0]?["b64_json"]?.string else {
                throw ImageFailure(.wrongResult, detail: "the job was completed without a picture")
            }
            self = .completed(try PictureFile(base64: text))
        case "failed": throw ImageFailure(.broken, detail: "the job failed\(CppJobState.reason(document))")
        case "cancelled": throw ImageFailure(.lost, detail: "somebody else cancelled the job")
        default: throw ImageFailure(.broken, detail: "the job's status cannot be read")
        }
    }

    /// The error's code alone: its message may hold more than belongs into a log.
    private static func reason(_ document: JSONValue) -> String {
        guard let code = document["error"]?["code"]?.string, !code.isEmpty,
            code.count <= EngineClientLimits.errorNameCharactersMax, code.utf8.allSatisfy(\.mayStandInPath)
        else { return "" }
        return " (\(code))"
    }
}
