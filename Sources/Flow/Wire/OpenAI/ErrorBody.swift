package import NIOCore

/// OpenAI's error object; all four keys are always there.
package struct ErrorBody: Hashable, Sendable {
    package var message: String
    package var type: String
    package var param: String?
    package var code: String?

    package init(message: String, type: String = "invalid_request_error", param: String? = nil, code: String? = nil) {
        self.message = message
        self.type = type
        self.param = param
        self.code = code
    }

    /// Writes `{"error":{"message","type","param","code"}}`.
    package func write(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"error\":{\"message\":")
        buffer.writeJSON(message)
        buffer.writeStaticString(",\"type\":")
        buffer.writeJSON(type)
        buffer.writeStaticString(",\"param\":")
        buffer.writeJSON(param)
        buffer.writeStaticString(",\"code\":")
        buffer.writeJSON(code)
        buffer.writeStaticString("}}")
    }
}
