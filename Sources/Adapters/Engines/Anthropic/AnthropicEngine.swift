package import Inference
package import NIOCore
import Wire

/// Anthropic's own servers, and whoever speaks its Messages API. Prompts and answers are translated from and into OpenAI's form.
///
/// Sources: https://docs.anthropic.com/en/api/messages and /en/api/messages-streaming.
package final class AnthropicEngine: ChatEngine {
    package struct Options: Sendable {
        /// The engine's name in the configuration.
        package var name: String
        /// Everything before `/messages`.
        package var address: EngineAddress
        /// Sent as `x-api-key`; nil for servers that ask for none.
        package var key: Secret?
        /// Prompt tokens the upstream may add unseen: see ``EngineTraits``. Tools alone bring several hundred.
        package var hiddenTokens = 1024
        /// What happens upstream when the caller has gone.
        package var disconnect = EngineTraits.Disconnect.cancel
        package var deadlines = Deadlines()
        /// How long a connection nobody uses is kept.
        package var idleTime = OpenAILimits.idleTime
        /// A PEM file of certificates to trust instead of the system's.
        package var trustedRoots: String?

        /// - Parameter baseURL: `https://api.anthropic.com/v1`: everything before `/messages`.
        package init(name: String, baseURL: String = standardURL, key: Secret?) throws(EngineAddress.Fault) {
            self.name = name
            self.key = key
            address = try EngineAddress(baseURL)
        }

        package static let standardURL = "https://api.anthropic.com/v1"
    }

    package let name: String
    package let traits: EngineTraits
    let options: Options
    let diagnosis: Diagnosis
    let pools: UpstreamPools
    private let client: EngineClient
    /// Of every request, the key among them. An address and a ``Secret`` hold only visible ASCII, so nothing can break out of a line.
    private let fields: String

    /// - Parameter group: where ``check()`` runs; chats run on the loops they are opened on.
    /// - Throws: what is wrong with `trustedRoots`.
    package init(_ options: Options, group: any EventLoopGroup) throws {
        self.options = options
        name = options.name
        traits = EngineTraits(hiddenTokens: options.hiddenTokens, disconnect: options.disconnect)
        diagnosis = Diagnosis(options.address, key: options.key)
        pools = UpstreamPools(
            try UpstreamTarget(options.address, trustedRoots: options.trustedRoots), deadlines: options.deadlines,
            idleTime: options.idleTime, staleTime: OpenAILimits.staleTime)
        client = try EngineClient(options.address, trustedRoots: options.trustedRoots, group: group)
        let key = options.key.map { "x-api-key: \($0.reveal())\r\n" } ?? ""
        fields =
            "host: \(options.address.authority)\r\nuser-agent: MiniToolAI\r\naccept-encoding: identity\r\n\(key)"
            + "anthropic-version: \(AnthropicEngine.version)\r\n"
    }

    /// The version of the API that this was written for.
    static let version = "2023-06-01"

    package func open(_ order: ChatOrder, on loop: any EventLoop, to receiver: any ChatReceiver) -> any ChatCall {
        AnthropicCall(order, of: self, on: loop, to: receiver)
    }

    func request(_ order: ChatOrder, _ body: ByteBuffer) -> UpstreamRequest {
        let accepted = order.prompt.stream ? "text/event-stream" : "application/json"
        let head =
            "POST \(options.address.path)/messages HTTP/1.1\r\n\(fields)content-type: application/json\r\naccept: \(accepted)\r\n"
            + "content-length: \(body.readableBytes)\r\n\r\n"
        return UpstreamRequest(first: ByteBuffer(string: head), rest: [body])
    }

    /// Asks for the list of models, which needs the address, TLS and the key to be right, and costs nothing.
    package func check() async -> EngineReport {
        let asked = "GET \(options.address.description)/models"
        let began = ContinuousClock.now
        var fields = [(name: "anthropic-version", value: AnthropicEngine.version)]
        if let key = options.key { fields.append((name: "x-api-key", value: key.reveal())) }
        do throws(ImageFailure) {
            let answer = try await client.ask("GET", "/models", content: nil, fields: fields, deadline: OpenAILimits.checkTime)
            let milliseconds = Int(began.duration(to: .now) / .milliseconds(1))
            guard answer.isSuccess else {
                let words = answer.status == 401 ? ": \(options.key == nil ? "it wants a key" : "the key is refused")" : ""
                return EngineReport(usable: false, summary: "\(asked): answered \(answer.status)\(words)")
            }
            guard let models = (try? answer.json())?["data"]?.elements else {
                return EngineReport(usable: false, summary: "\(asked): no list of models: is the base URL right?")
            }
            return EngineReport(usable: true, summary: "\(asked): \(models.count) models", latencyMilliseconds: milliseconds)
        } catch { return EngineReport(usable: false, summary: "\(asked): \(error.detail)") }
    }
}
