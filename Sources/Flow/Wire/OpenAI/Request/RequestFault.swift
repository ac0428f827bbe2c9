/// What is wrong with a request, in OpenAI's terms. Nothing was held or sent when it is thrown.
package struct RequestFault: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// The body is not the JSON it should be.
        case malformed
        /// A member is missing, of the wrong type, out of range, or at odds with another.
        case invalid
        /// The body is larger than is read at all.
        case tooLarge
        /// No model of that name.
        case modelUnknown
        /// The body is said to be something else than JSON.
        case unsupportedMediaType
    }

    package let kind: Kind
    /// Which field, what was expected, what came; values cut short.
    package let message: String
    /// The path of the field, `messages[3].content`; nil when it is none.
    package let param: String?
    package let code: String?

    package init(_ kind: Kind, message: String, param: String? = nil, code: String? = nil) {
        self.kind = kind
        self.message = message
        self.param = param
        self.code = code
    }

    package var body: ErrorBody { ErrorBody(message: message, param: param, code: code) }

    /// For the reader of the body, which stops at `bytesMax`.
    package static func bodyTooLarge(bytesMax: Int) -> RequestFault {
        RequestFault(
            .tooLarge, message: "The request body is too large. Expected at most \(bytesMax) bytes.", code: "request_too_large")
    }

    /// - Parameter found: the `content-type` header, if there was one.
    package static func unsupportedContentType(_ found: String?) -> RequestFault {
        let got = found.map { "'\(String($0.prefix(64)))'" } ?? "none"
        return RequestFault(
            .unsupportedMediaType, message: "Unsupported content type: expected 'application/json', but got \(got).",
            code: "unsupported_content_type")
    }

    /// - Parameter name: the model asked for.
    package static func modelUnknown(_ name: String) -> RequestFault {
        RequestFault(
            .modelUnknown, message: "The model `\(String(name.prefix(64)))` does not exist or you do not have access to it.",
            code: "model_not_found")
    }
}
