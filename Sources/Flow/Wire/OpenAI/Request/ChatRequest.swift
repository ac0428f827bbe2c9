package import Inference
package import NIOCore

/// A chat request, read and checked in one pass: what a caller sent, turned into what may be asked.
///
/// What it guarantees about ``prompt``: every member was checked; members that could change the price (`service_tier`,
/// `store`, `web_search_options`, `models`, `provider` …) and members nobody knows are not in it; `null` members are left out;
/// unknown keys inside messages, parts and tools are cut out of their objects, so that a message round-tripped through any
/// client passes and nothing unchecked is sent on.
package final class ChatRequest: Sendable {
    package let prompt: ChatPrompt
    package let dialect: ChatDialect
    /// What the caller said in `stream_options.include_usage`.
    package let includeUsage: Bool
    /// Names of members that were not passed on, `service_tier` or `messages[].cache_control`, at most
    /// ``ChatRequestLimits/droppedNamesMax``, of ASCII letters, digits, `_`, `-`, `.` and brackets: fit for a header.
    package let droppedMembers: [String]

    init(prompt: ChatPrompt, dialect: ChatDialect, includeUsage: Bool, droppedMembers: [String]) {
        self.prompt = prompt
        self.dialect = dialect
        self.includeUsage = includeUsage
        self.droppedMembers = droppedMembers
    }

    /// Reads a body. The prompt keeps views of its bytes.
    /// - Throws: ``RequestFault``, the first that is found.
    package static func read(_ body: ByteBuffer, dialect: ChatDialect, catalog: ModelCatalog) throws(RequestFault) -> ChatRequest
    {
        try body.readJSON { (json) throws(RequestFault) in
            do throws(FieldFault) {
                var reader = ChatBodyReader(FieldReader(json), of: body, dialect: dialect)
                try reader.read()
                let model = try reader.checkedModel(in: catalog)
                return reader.request(for: model)
            } catch { throw error.request }
        }
    }
}
