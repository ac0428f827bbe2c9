import Inference
import NIOCore
import Units
import Wire

/// A whole request as it goes over the wire: written one after the other, uncopied.
struct UpstreamRequest {
    /// The head, and as much of the body as was worth copying behind it.
    var first: ByteBuffer
    var rest: [ByteBuffer] = []
}

/// Writes the requests of one engine. What never changes from chat to chat is put together once: of a head, all but the request's id and
/// the length.
final class UpstreamRequests: Sendable {
    private let options: OpenAIEngine.Options
    private let dialect: ChatBody.Dialect
    private let streamHead: Head
    private let wholeHead: Head

    /// A head up to the value of `x-client-request-id`; `content-length` comes behind it.
    private final class Head: Sendable {
        /// Through the target; for Azure's deployments only what stands before the model.
        let line: ByteBuffer
        /// What stands behind the model in the target; nil where the model is not part of it.
        let lineEnd: ByteBuffer?
        let fields: ByteBuffer

        init(line: ByteBuffer, lineEnd: ByteBuffer?, fields: ByteBuffer) {
            self.line = line
            self.lineEnd = lineEnd
            self.fields = fields
        }
    }

    init(_ options: OpenAIEngine.Options) {
        self.options = options
        dialect = ChatBody.Dialect(options)
        var line = ByteBuffer(string: "POST \(options.address.path)/chat/completions")
        var lineEnd: ByteBuffer?
        if case .deployments(let version) = options.azure {
            line = ByteBuffer(string: "POST \(options.azurePath)/deployments/")
            lineEnd = ByteBuffer(string: "/chat/completions?api-version=\(version)")
        }
        let fields = " HTTP/1.1\r\n\(options.fields)content-type: application/json\r\n"
        func head(accepting type: String) -> Head {
            Head(line: line, lineEnd: lineEnd, fields: ByteBuffer(string: "\(fields)accept: \(type)\r\nx-client-request-id: "))
        }
        streamHead = head(accepting: "text/event-stream")
        wholeHead = head(accepting: "application/json")
    }

    func chat(_ order: ChatOrder) throws(JSONFault) -> UpstreamRequest {
        let parts = order.prompt.stream ? streamHead : wholeHead
        let model = parts.lineEnd == nil ? "" : order.model.percentEncoded
        // Under this name OpenAI takes a caller's own id of a request, so that both sides' records of one chat can be laid together:
        // https://developers.openai.com/api/reference/overview
        let id = order.request.description
        // The body's length is known when the body is written, so the head is put before it into room that was left for it.
        let room =
            parts.line.readableBytes + model.utf8.count + (parts.lineEnd?.readableBytes ?? 0) + parts.fields.readableBytes
            + id.utf8.count + Self.lengthBytesMax
        var body = try ChatBody(order, dialect, headRoom: room)
        let bytes = body.bytes
        body.first.write(before: room) { text in
            text.write(parts.line)
            if let lineEnd = parts.lineEnd {
                text.write(text: model)
                text.write(lineEnd)
            }
            text.write(parts.fields)
            text.write(text: id)
            text.write("\r\ncontent-length: ")
            text.write(decimal: bytes)
            text.write("\r\n\r\n")
        }
        return UpstreamRequest(first: body.first, rest: body.rest)
    }

    /// `content-length` with nineteen digits, and the ends of lines around it.
    private static let lengthBytesMax = 18 + 19 + 4

    /// The list of models: cheap, and it needs the key.
    func models() -> UpstreamRequest {
        UpstreamRequest(
            first: ByteBuffer(string: "GET \(modelsTarget) HTTP/1.1\r\n\(options.fields)accept: application/json\r\n\r\n"))
    }

    var modelsTarget: String {
        if case .deployments(let version) = options.azure { return "\(options.azurePath)/models?api-version=\(version)" }
        return "\(options.address.path)/models"
    }
}

extension OpenAIEngine.Options {
    /// The fields of every request. An address and a ``Secret`` hold only visible ASCII, so nothing can break out of a line.
    fileprivate var fields: String {
        var fields = "host: \(address.authority)\r\nuser-agent: MiniToolAI\r\naccept-encoding: identity\r\n"
        if let key { fields += azure == nil ? "authorization: Bearer \(key.reveal())\r\n" : "api-key: \(key.reveal())\r\n" }
        return fields
    }

    /// Operators write the resource's address with or without `/openai`.
    fileprivate var azurePath: String { address.path.hasSuffix("/openai") ? address.path : address.path + "/openai" }
}

extension String {
    /// For one segment of a path: everything that does not stand for itself is escaped.
    var percentEncoded: String {
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
