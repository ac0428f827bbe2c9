package import Inference
import NIOCore
import Wire

extension OpenAIEngine {
    /// Asks for the list of models, which needs the address, TLS and the key to be right.
    package func check() async -> EngineReport {
        let loop = anyLoop
        let found = loop.makePromise(of: EngineReport.self)
        loop.execute { [self] in
            var deadlines = options.deadlines
            deadlines.firstByte = OpenAILimits.checkTime
            deadlines.total = OpenAILimits.checkTime
            let request = requests.models()
            let check = ModelsCheck(of: options, asking: requests.modelsTarget, found)
            UpstreamExchange(request, in: pool(on: loop), deadlines: deadlines, to: check).start()
        }
        do {
            return try await found.futureResult.get()
        } catch {
            return EngineReport(usable: false, summary: "the check itself failed: \(type(of: error))")
        }
    }
}

/// Reads the list of models as far as it says whether the engine can be used.
private final class ModelsCheck: AnswerReader {
    private let options: OpenAIEngine.Options
    private let asked: String
    private let found: EventLoopPromise<EngineReport>
    private let startedAt = NIODeadline.now()
    private var head: AnswerHead?
    private var body = ByteBuffer()

    init(of options: OpenAIEngine.Options, asking target: String, _ found: EventLoopPromise<EngineReport>) {
        self.options = options
        self.found = found
        let address = options.address
        asked = "GET \(address.scheme.rawValue)://\(address.authority)\(target)"
    }

    func began(_ head: AnswerHead) { self.head = head }

    func brought(_ bytes: ByteBuffer) {
        guard body.readableBytes + bytes.readableBytes <= OpenAILimits.answerBytesMax else { return }
        body.writeImmutableBuffer(bytes)
    }

    func turnEnded() {}

    func ended() {
        guard let head else { return report(false, "no answer") }
        switch head.status {
        case 200..<300:
            guard let models = modelCount else { return report(false, "200, but not a list of models: is the base URL right?") }
            report(true, "\(models) models")
        case 300..<400: report(false, "\(head.status): redirects are not followed, give the address it leads to")
        case 401, 403: report(false, "\(head.status): \(options.key == nil ? "it wants a key" : "the key is refused")")
        case 404, 405: report(false, "\(head.status): nothing there, is the base URL's path right?")
        case 402, 429: report(false, "\(head.status): out of credit or rate-limited")
        case let status: report(false, "\(status)")
        }
    }

    func broke(_ reason: UpstreamBreak) { report(false, reason.detail) }

    private func report(_ usable: Bool, _ words: String) {
        let milliseconds = Int((NIODeadline.now() - startedAt).nanoseconds / 1_000_000)
        found.succeed(
            EngineReport(
                usable: usable, summary: "\(asked): \(words)", latencyMilliseconds: head == nil ? nil : milliseconds))
    }

    /// How many models the list holds; nil when it is none.
    private var modelCount: Int? {
        body.readJSON { reader in
            do {
                var count: Int?
                var members = try reader.readObject()
                while let key = try reader.nextKey(of: &members) {
                    guard key.is("data"), try reader.peek() == .array else {
                        try reader.skipValue()
                        continue
                    }
                    var elements = try reader.readArray()
                    while try reader.nextElement(of: &elements) { try reader.skipValue() }
                    count = elements.count
                }
                return count
            } catch {
                return nil
            }
        }
    }
}
