import Inference
import NIOCore
import Units
import Wire

/// Writes the requests of one engine. What never changes from chat to chat is put together once.
struct UpstreamRequests: Sendable {
    private let options: OpenAIEngine.Options
    private let fields: [(String, String)]

    init(_ options: OpenAIEngine.Options) {
        self.options = options
        var fields = [
            ("host", options.address.authority), ("user-agent", "MiniToolAI"), ("accept-encoding", "identity"),
        ]
        if let key = options.key {
            fields.append(options.azure == nil ? ("authorization", "Bearer \(key.reveal())") : ("api-key", key.reveal()))
        }
        self.fields = fields
    }

    func chat(_ order: ChatOrder) throws(JSONFault) -> UpstreamRequest {
        let body = try ChatBody(order, options)
        var fields = self.fields
        fields.append(("accept", order.prompt.stream ? "text/event-stream" : "application/json"))
        fields.append(("content-type", "application/json"))
        fields.append(("content-length", String(body.bytes)))
        // Under this name OpenAI takes a caller's own id of a request, so that both sides' records of one chat can be laid together:
        // https://developers.openai.com/api/reference/overview
        fields.append(("x-client-request-id", order.request.description))
        return UpstreamRequest(method: .post, target: chatTarget(order.model), fields: fields, body: body.slices)
    }

    /// The list of models: cheap, and it needs the key.
    func models() -> UpstreamRequest {
        let path = options.address.path
        let target =
            if case .deployments(let version) = options.azure {
                "\(azurePath)/models?api-version=\(version)"
            } else {
                "\(path)/models"
            }
        return UpstreamRequest(method: .get, target: target, fields: fields + [("accept", "application/json")], body: [])
    }

    private func chatTarget(_ model: String) -> String {
        guard case .deployments(let version) = options.azure else { return "\(options.address.path)/chat/completions" }
        return "\(azurePath)/deployments/\(model.percentEncoded)/chat/completions?api-version=\(version)"
    }

    /// Operators write the resource's address with or without `/openai`.
    private var azurePath: String {
        let path = options.address.path
        return path.hasSuffix("/openai") ? path : path + "/openai"
    }
}

extension String {
    /// For one segment of a path: everything that does not stand for itself is escaped.
    fileprivate var percentEncoded: String {
        let digits = Array("0123456789ABCDEF")
        return utf8.reduce(into: "") { text, byte in
            if byte.mayStandInPath {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}
