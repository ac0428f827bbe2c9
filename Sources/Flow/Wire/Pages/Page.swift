package import NIOCore

/// One address that a browser looks at, and how it is answered. Whoever serves HTTP serves these; whoever makes pages knows no server.
package struct Page: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    package let method: Method
    /// `/console/keys/:id`: a name behind a colon takes one part of the path.
    package let path: String
    package let respond: @Sendable (PageRequest) async -> PageAnswer

    package init(_ method: Method, _ path: String, respond: @escaping @Sendable (PageRequest) async -> PageAnswer) {
        self.method = method
        self.path = path
        self.respond = respond
    }
}

/// What a browser asked.
package struct PageRequest: Sendable {
    package let path: String
    /// The parts of the path that have a name.
    package let parameters: [String: String]
    package let query: FormFields
    /// In the order they came.
    package let fields: [(name: String, value: String)]
    package let body: ByteBuffer
    /// Where the connection comes from, without a port.
    package let address: String

    package init(
        path: String, parameters: [String: String], query: FormFields, fields: [(name: String, value: String)],
        body: ByteBuffer, address: String
    ) {
        self.path = path
        self.parameters = parameters
        self.query = query
        self.fields = fields
        self.body = body
        self.address = address
    }

    /// The first field of that name, in lower case.
    package func field(_ name: String) -> String? { fields.first { $0.name.lowercased() == name }?.value }

    package func cookie(_ name: String) -> String? {
        for field in fields where field.name.lowercased() == "cookie" {
            for pair in field.value.split(separator: ";") {
                let parts = pair.drop { $0 == " " }.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                if parts.count == 2, parts[0] == name { return String(parts[1]) }
            }
        }
        return nil
    }

    /// The body as a form, if it says it is one.
    package var form: FormFields? {
        guard field("content-type")?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true else { return nil }
        return FormFields(String(buffer: body), plusIsSpace: true)
    }
}

/// Names with values, as forms and addresses carry them.
package struct FormFields: Sendable {
    private var values: [String: String] = [:]

    /// Fields beyond so many are not looked at: no form here has half as many.
    private static let fieldsMax = 64

    /// Of a name that comes twice the first counts; what is not percent-encoding is taken as it stands.
    package init(_ text: String, plusIsSpace: Bool = false) {
        for pair in text.split(separator: "&").prefix(FormFields.fieldsMax) {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
                FormFields.decoded($0, plusIsSpace: plusIsSpace)
            }
            if values[parts[0]] == nil { values[parts[0]] = parts.count > 1 ? parts[1] : "" }
        }
    }

    /// nil when it is absent or empty.
    package subscript(_ name: String) -> String? {
        guard let value = values[name], !value.isEmpty else { return nil }
        return value
    }

    private static func decoded(_ text: Substring, plusIsSpace: Bool) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a browser is shown.
package struct PageAnswer: Sendable {
    package var status: Int
    package var fields: [(name: String, value: String)]
    package var body: ByteBuffer

    package init(status: Int, fields: [(name: String, value: String)], body: ByteBuffer = ByteBuffer()) {
        self.status = status
        self.fields = fields
        self.body = body
    }
}
