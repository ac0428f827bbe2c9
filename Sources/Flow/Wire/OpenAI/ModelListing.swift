package import NIOCore

/// A model as `/v1/models` shows it: OpenAI's four keys, and what it costs here.
package struct ModelListing: Sendable {
    /// A price by its name in the configuration (`input`, `output` …), in decimal US dollars.
    package struct Price: Hashable, Sendable {
        package var name: String
        package var dollars: String

        package init(name: String, dollars: String) {
            self.name = name
            self.dollars = dollars
        }
    }

    package var id: String
    /// Seconds since 1970.
    package var created: Int64
    package var ownedBy: String
    /// `chat`, `image`, `speech` or `embedding`.
    package var kind: String
    /// In the order they are shown; none when the model has no price, shown as `null`.
    package var prices: [Price]
    /// Whether the caller could use it now.
    package var isAvailable: Bool

    package init(id: String, created: Int64, ownedBy: String, kind: String, prices: [Price], isAvailable: Bool) {
        self.id = id
        self.created = created
        self.ownedBy = ownedBy
        self.kind = kind
        self.prices = prices
        self.isAvailable = isAvailable
    }

    /// Writes one model, the answer of `/v1/models/{id}`.
    package func write(into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"id\":")
        buffer.writeJSON(id)
        buffer.writeStaticString(",\"object\":\"model\",\"created\":")
        buffer.writeJSON(created)
        buffer.writeStaticString(",\"owned_by\":")
        buffer.writeJSON(ownedBy)
        buffer.writeStaticString(",\"kind\":")
        buffer.writeJSON(kind)
        buffer.writeStaticString(",\"available\":")
        buffer.writeJSON(isAvailable)
        buffer.writeStaticString(",\"price\":")
        writePrices(into: &buffer)
        buffer.writeStaticString("}")
    }

    private func writePrices(into buffer: inout ByteBuffer) {
        guard !prices.isEmpty else {
            buffer.writeStaticString("null")
            return
        }
        let members = prices.map { JSONMember(key: $0.name, value: .string($0.dollars)) }
        JSONValue.object(members).write(into: &buffer)
    }

    /// Writes the answer of `/v1/models`.
    package static func write(list: [ModelListing], into buffer: inout ByteBuffer) {
        buffer.writeStaticString("{\"object\":\"list\",\"data\":[")
        for (index, model) in list.enumerated() {
            if index > 0 { buffer.writeStaticString(",") }
            model.write(into: &buffer)
        }
        buffer.writeStaticString("]}")
    }
}
