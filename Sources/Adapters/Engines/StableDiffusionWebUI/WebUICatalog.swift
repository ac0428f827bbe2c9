import Inference
import Wire

/// What a server of AUTOMATIC1111's kind has, as it lists it.
struct WebUICatalog: Sendable {
    let dialect: WebUIDialect
    let checkpoints: [WebUICheckpoint]
    private let samplers: Set<String>

    /// - Parameters:
    ///   - samplers: `[{"name", "aliases", "options"}]`.
    ///   - schedulers: `[{"name", "label", …}]`; nil where the server has no such list.
    ///   - checkpoints: `[{"title", "model_name", "hash", "sha256", "filename", …}]`.
    init(samplers: [JSONValue], schedulers: [JSONValue]?, checkpoints: [JSONValue]) {
        self.samplers = Set(samplers.compactMap { $0["name"]?.string })
        self.checkpoints = checkpoints.compactMap { WebUICheckpoint($0) }
        dialect = WebUIDialect(samplers: samplers, schedulers: schedulers)
    }

    /// By whatever the server itself would know it by.
    func checkpoint(named name: String) -> WebUICheckpoint? {
        checkpoints.first { $0.title == name } ?? checkpoints.first { $0.isNamed(name) }
    }

    /// How this server is asked for a scheduler.
    /// - Parameter strict: nothing but the same algorithm will do.
    /// - Returns: nil when it has none that will do.
    func choice(of scheduler: Scheduler, strict: Bool) -> WebUISampler? {
        guard let choice = dialect.sampler(for: scheduler), samplers.contains(choice.sampler) else { return nil }
        return strict && choice.substitute != nil ? nil : choice
    }
}
