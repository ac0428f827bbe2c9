import Wire

/// The jobs a server has not finished: `GET /queue`.
struct ComfyUIQueue: Hashable, Sendable {
    /// Where one job stands.
    enum Place: Hashable, Sendable {
        case running
        /// So many are worked on or come before it.
        case waiting(ahead: Int)
        case absent
    }

    private struct Entry: Hashable, Sendable {
        let number: Double
        let id: String
        /// Who submitted it, as the submitter said.
        let client: String?

        /// `[number, id, graph, {"client_id":…}, outputs]`
        init?(_ item: JSONValue) {
            guard let number = item[0]?.double, let id = item[1]?.string else { return nil }
            self.number = number
            self.id = id
            client = item[3]?["client_id"]?.string
        }
    }

    private let running: [Entry]
    private let waiting: [Entry]

    /// nil: the document is no queue.
    init?(_ document: JSONValue) {
        guard let running = document["queue_running"]?.elements, let waiting = document["queue_pending"]?.elements else {
            return nil
        }
        self.running = running.compactMap(Entry.init)
        self.waiting = waiting.compactMap(Entry.init)
    }

    func place(of id: String) -> Place {
        if running.contains(where: { $0.id == id }) { return .running }
        guard let own = waiting.first(where: { $0.id == id }) else { return .absent }
        // The list is a heap: only the numbers say who is first.
        return .waiting(ahead: running.count + waiting.count { $0.number < own.number })
    }

    /// What the server calls the job that `client` submitted: for one whose answer to the submission was lost.
    func id(submittedBy client: String) -> String? { (running + waiting).first { $0.client == client }?.id }
}
