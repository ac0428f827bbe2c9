import Commerce
import Gateway
import Hummingbird
import NIOCore
import Units
import Wire

/// Requests, tokens and cost of the key's account by day and model, in the key's own book.
struct UsageEndpoint: EndpointGroup {
    let administration: Administration
    let limits: APILimits

    var endpoints: [Endpoint] {
        [
            .keyed(.get, "/api/usage") { context, caller in
                let wish = try UsageWish(context.query, limits)
                let lines = try await lines(wish, caller)
                let page = UsagePage(wish: wish, lines: lines)
                return wish.isCSV ? .csv(page.csv) : .json(page.json)
            }
        ]
    }

    private func lines(_ wish: UsageWish, _ caller: Caller) async throws -> [UsageLine] {
        let (account, book) = (caller.key.account.description, caller.key.book)
        // The store's reading blocks: never on an event loop.
        return try await withTaskExecutorPreference(globalConcurrentExecutor) {
            try await administration.usage(of: account, book: book, from: wish.from, to: wish.to, model: wish.model)
        }
    }
}

/// Which lines are asked for.
struct UsageWish: Sendable {
    let from: Instant?
    let to: Instant?
    let model: String?
    let isCSV: Bool
    let limit: Int
    let offset: Int

    init(_ query: Query, _ limits: APILimits) throws(ErrorResponse) {
        from = try UsageWish.moment("from", query)
        to = try UsageWish.moment("to", query)
        model = query["model"]
        switch query["format"] {
        case nil, "json": isCSV = false
        case "csv": isCSV = true
        case let other?: throw .badQuery("format", expected: "'json' or 'csv'", got: other)
        }
        limit = try query.integer("limit", in: 1...limits.usageLinesPerPageMax, otherwise: limits.usageLinesPerPage)
        offset = try query.integer("offset", in: 0...Int(Int32.max), otherwise: 0)
    }

    private static func moment(_ name: String, _ query: Query) throws(ErrorResponse) -> Instant? {
        guard let text = query[name] else { return nil }
        guard let moment = Instant(iso8601: text) else {
            throw .badQuery(name, expected: "a date or time in ISO 8601, such as 2026-11-22 or 2026-11-22T20:28:48Z", got: text)
        }
        return moment
    }
}

/// One page of usage, in either form.
struct UsagePage {
    let wish: UsageWish
    /// All that match; the page is cut from them.
    let lines: [UsageLine]

    private var page: ArraySlice<UsageLine> { lines.dropFirst(wish.offset).prefix(wish.limit) }

    var json: ByteBuffer {
        let document: JSONValue = [
            "object": "list",
            "data": .array(page.map(\.document)),
            "total": .integer(lines.count),
            "limit": .integer(wish.limit),
            "offset": .integer(wish.offset),
            "has_more": .bool(page.endIndex < lines.endIndex),
        ]
        var buffer = ByteBuffer()
        document.write(into: &buffer)
        return buffer
    }

    var csv: ByteBuffer {
        var buffer = ByteBuffer(
            string: "day,model,requests,prompt_tokens,cached_tokens,completion_tokens,images,characters,cost\r\n")
        for line in page {
            let counts = [
                line.requests, line.promptTokens, line.cachedTokens, line.completionTokens, line.images, line.characters,
            ].map(String.init)
            buffer.writeString(([line.day, line.model.csvField] + counts + [line.cost.description]).joined(separator: ","))
            buffer.writeStaticString("\r\n")
        }
        return buffer
    }
}

extension UsageLine {
    fileprivate var document: JSONValue {
        [
            "day": .string(day), "model": .string(model), "requests": .integer(requests),
            "prompt_tokens": .integer(promptTokens), "cached_tokens": .integer(cachedTokens),
            "completion_tokens": .integer(completionTokens), "images": .integer(images),
            "characters": .integer(characters), "cost": .money(cost),
        ]
    }
}

extension String {
    /// In quotes where a comma, a quote or a line break would split it (RFC 4180).
    fileprivate var csvField: String {
        guard contains(where: { ",\"\r\n".contains($0) }) else { return self }
        return "\"" + replacing("\"", with: "\"\"") + "\""
    }
}

extension Response {
    fileprivate static func csv(_ body: ByteBuffer) -> Response {
        Response(status: .ok, headers: [.contentType: "text/csv; charset=utf-8"], body: .init(byteBuffer: body))
    }
}
