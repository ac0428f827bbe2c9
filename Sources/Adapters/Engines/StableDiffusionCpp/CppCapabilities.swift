import Inference
import Wire

/// What an `sd-server` says of itself. Versions differ in their samplers, so nothing is taken for granted.
struct CppCapabilities: Hashable, Sendable {
    /// The file's name; empty when the server was started with parts of a model only.
    let modelName: String
    private let modelStem: String
    private let samplers: Set<String>
    private let schedulers: Set<String>
    private let widths: ClosedRange<Int>
    private let heights: ClosedRange<Int>
    /// The loaded model can paint; some make films only.
    let makesImages: Bool

    /// - Throws: `broken` when it is not what `sd-server` says.
    init(_ document: JSONValue) throws(ImageFailure) {
        guard let samplers = document["samplers"], let schedulers = document["schedulers"], let model = document["model"] else {
            throw ImageFailure(.broken, detail: "the capabilities are not those of sd-server")
        }
        self.samplers = Set(try samplers.list(of: "samplers").compactMap(\.string))
        self.schedulers = Set(try schedulers.list(of: "schedulers").compactMap(\.string))
        modelName = model["name"]?.string ?? ""
        modelStem = model["stem"]?.string ?? ""
        let limits = document["limits"]
        widths = CppCapabilities.range(limits?["min_width"]?.int, limits?["max_width"]?.int)
        heights = CppCapabilities.range(limits?["min_height"]?.int, limits?["max_height"]?.int)
        makesImages = document["supported_modes"]?.elements?.contains { $0.string == "img_gen" } ?? true
    }

    /// Limits that are not said, or contradict each other, are those of every version so far.
    private static func range(_ low: Int?, _ high: Int?) -> ClosedRange<Int> {
        let (low, high) = (low ?? 64, high ?? 4096)
        return low <= high ? low...high : 64...4096
    }

    /// By its file's name, with or without the extension.
    func isModel(_ name: String) -> Bool { !name.isEmpty && (name == modelName || name == modelStem) }

    func takes(_ size: PictureSize) -> Bool { widths.contains(size.width) && heights.contains(size.height) }

    /// How this server is asked for a scheduler.
    /// - Parameter strict: nothing but the same algorithm will do.
    /// - Returns: nil when it has none that will do.
    func choice(of scheduler: Scheduler, strict: Bool) -> CppSampler? {
        let schedule = scheduler.isKarras ? "karras" : "discrete"
        guard schedulers.contains(schedule) else { return nil }
        let (same, nearest) = CppSampler.names(for: scheduler)
        if let same, samplers.contains(same) { return CppSampler(method: same, schedule: schedule, isSubstitute: false) }
        guard !strict, let nearest, samplers.contains(nearest) else { return nil }
        return CppSampler(method: nearest, schedule: schedule, isSubstitute: true)
    }
}
