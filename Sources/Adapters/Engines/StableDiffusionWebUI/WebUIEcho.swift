import Inference
import Wire

/// What a server says it did: the document that stands as a string in `info`.
struct WebUIEcho: Hashable, Sendable {
    let modelName: String?
    let modelHash: String?
    let sampler: String?
    /// From 1.9 on, where it is not "Automatic".
    let schedule: String?
    let steps: Int?
    let width: Int?
    let height: Int?
    let seed: Int64?

    /// - Throws: `wrongResult` when there is none: then nothing is known of the picture.
    init(_ info: JSONValue?) throws(ImageFailure) {
        guard let text = info?.string, let document = try? JSONValue(parsing: text), document.kind == .object else {
            throw ImageFailure(.wrongResult, detail: "the answer does not say how the picture was made")
        }
        let line = WebUIEcho.lastLine(of: document["infotexts"]?[0]?.string)
        modelName = WebUIEcho.text(document["sd_model_name"]) ?? WebUIEcho.field("Model", in: line)
        modelHash = WebUIEcho.text(document["sd_model_hash"]) ?? WebUIEcho.field("Model hash", in: line)
        sampler = WebUIEcho.text(document["sampler_name"])
        schedule = WebUIEcho.text(document["extra_generation_params"]?["Schedule type"])
        steps = document["steps"]?.int
        width = document["width"]?.int
        height = document["height"]?.int
        seed = (document["seed"]?.int).map { Int64($0) }
    }

    /// - Returns: the sampler that was used, when it is not the one that was chosen.
    func samplerOther(than chosen: WebUISampler) -> String? {
        guard let sampler else { return "unknown" }
        let isSame = sampler.lowercased() == chosen.sampler.lowercased()
        // Samplers without a schedule of their own, DPM fast among them, name none.
        let isScheduled = schedule == nil || schedule?.lowercased() == chosen.schedule?.lowercased()
        if isSame, isScheduled { return nil }
        return schedule.map { "\(sampler), \($0)" } ?? sampler
    }

    private static func text(_ value: JSONValue?) -> String? { value?.string.flatMap { $0.isEmpty ? nil : $0 } }

    /// `Steps: 4, Sampler: Euler a, …, Model hash: 0aec8a1f5b, Model: RealVisXL, Version: …`. What a caller wrote stands in the lines before.
    private static func lastLine(of infotext: String?) -> Substring? { infotext?.split(separator: "\n").last }

    /// SD.Next says the checkpoint's name only here.
    private static func field(_ name: String, in line: Substring?) -> String? {
        let parts = line?.split(separator: ", ") ?? []
        return parts.last { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
    }
}
