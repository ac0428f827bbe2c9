import Inference
import Wire

/// The names a server knows. It refuses any other, which is known here before anything is submitted.
struct ComfyUINames: Hashable, Sendable {
    var checkpoints: Set<String>
    var samplers: Set<String>
    var schedules: Set<String>

    /// - Throws: ``ImageFailure/Kind/refused`` with the name that is missing.
    func require(_ graph: ComfyUIGraph) throws(ImageFailure) {
        guard checkpoints.contains(graph.order.model) else {
            throw ImageFailure(.refused, detail: "the server has no checkpoint \(graph.order.model)")
        }
        guard samplers.contains(graph.sampler.name) else {
            throw ImageFailure(.refused, detail: "the server has no sampler \(graph.sampler.name)")
        }
        guard schedules.contains(graph.sampler.schedule) else {
            throw ImageFailure(.refused, detail: "the server has no scheduler \(graph.sampler.schedule)")
        }
    }

    /// What a node's input may be chosen from: of `/object_info/<node>`, as `[["a","b"],{…}]` or, from newer nodes,
    /// `["COMBO",{"options":["a","b"]}]`.
    /// - Returns: nil when it is no such document.
    static func choices(of input: String, at node: String, in document: JSONValue) -> Set<String>? {
        guard let described = document[node]?["input"]?["required"]?[input] else { return nil }
        return (described[0]?.elements ?? described[1]?["options"]?.elements).map { Set($0.compactMap(\.string)) }
    }
}
