import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct ChatRequestTests {
    private let catalog = ModelCatalog(chat: ChatModel.builtIn)

    private func read(_ body: ByteBuffer) throws(RequestFault) -> ChatRequest {
        try ChatRequest.read(body, dialect: .openAI, catalog: catalog)
    }

    private func read(_ text: String) throws(RequestFault) -> ChatRequest { try read(ByteBuffer(string: text)) }

    @Test func `members are views of the body`() throws {
        let body = ByteBuffer(string: #"{"messages":[{"role":"user","content":"Hi"}],"model":"gpt-4o","temperature":0.5}"#)
        let prompt = try read(body).prompt
        let start = body.withUnsafeReadableBytes { $0.baseAddress }
        #expect(prompt["messages"]?.withUnsafeReadableBytes { $0.baseAddress } == start.map { $0 + 12 })
        #expect(prompt["temperature"] == ByteBuffer(string: "0.5"))
    }

    @Test func `reads a body that does not start at the buffer's start`() throws {
        var body = ByteBuffer(string: #"head{"messages":[{"role":"user","content":"Hi","x":1}],"model":"gpt-4o"}"#)
        body.moveReaderIndex(forwardBy: 4)
        #expect(try read(body).prompt["messages"] == ByteBuffer(string: #"[{"role":"user","content":"Hi"}]"#))
    }

    @Test func `images on a model without vision are refused by name`() throws {
        var blind = ChatModel.builtIn[0]
        blind.id = "blind"
        blind.vision = nil
        let body = ByteBuffer(
            string: """
                {"model":"blind","messages":[{"role":"user","content":"Hi"},{"role":"user","content":[{"type":"text","text":"a"},\
                {"type":"image_url","image_url":{"url":"https://example.com/a.png"}}]}]}
                """)
        let fault = #expect(throws: RequestFault.self) {
            try ChatRequest.read(body, dialect: .reference, catalog: ModelCatalog(chat: [blind]))
        }
        #expect(fault?.param == "messages[1].content[1].type")
        #expect(fault?.message.contains("'blind'") == true)
    }

    @Test(arguments: [("user", false), ("developer", true), (#"develope\u0072"#, true)])
    func `tells an engine whether a developer speaks`(role: String, speaks: Bool) throws {
        let first = #"{"role":"user","content":"I am a \"developer\""}"#
        let request = try read(#"{"model":"gpt-4o","messages":[\#(first),{"role":"\#(role)","content":"x"}]}"#)
        #expect(request.prompt.mayNameDeveloper == speaks)
    }

    @Test func `invalid UTF-8 is malformed JSON`() {
        var body = ByteBuffer(string: #"{"model":"gpt-4o","messages":[{"role":"user","content":""#)
        body.writeBytes([0xC3, 0x28])
        body.writeString(#""}]}"#)
        let fault = #expect(throws: RequestFault.self) { try read(body) }
        #expect(fault?.kind == .malformed)
    }

    @Test(arguments: [(2048, nil), (2049, "array_above_max_length")] as [(Int, String?)])
    func `counts messages`(count: Int, code: String?) {
        let messages = Array(repeating: #"{"role":"user","content":"a"}"#, count: count).joined(separator: ",")
        var found: String?
        do throws(RequestFault) {
            #expect(try read(#"{"model":"gpt-4o","messages":[\#(messages)]}"#).prompt.size.messages == count)
        } catch { found = error.code }
        #expect(found == code)
    }

    @Test func `values in messages are cut short`() throws {
        let long = String(repeating: "x", count: 5000)
        let fault = #expect(throws: RequestFault.self) {
            try read(#"{"model":"gpt-4o","messages":[{"role":"\#(long)","content":"a"}]}"#)
        }
        #expect((fault?.message.count ?? .max) < 250)
        let key = #expect(throws: RequestFault.self) {
            try read(#"{"model":"gpt-4o","messages":[{"role":"user","content":"a"}],"logit_bias":{"\#(long)":1}}"#)
        }
        #expect((key?.param?.count ?? .max) < 100)
    }

    @Test func `dropped names are bounded and fit for a header`() throws {
        let many = (0..<100).map { #""x\#($0)":1"# }.joined(separator: ",")
        let request = try read(
            #"{"model":"gpt-4o","messages":[{"role":"user","content":"a"}],"bad\r\nname":1,"é":2,\#(many)}"#)
        #expect(request.droppedMembers == (0..<16).map { "x\($0)" })
    }

    /// Bodies with keys nobody knows strewn in: what is sent must be what the same body without them is.
    @Test(arguments: 0..<200 as Range<UInt64>)
    func `what is cut out leaves the rest as it was`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let messages: JSONValue = [
            ["role": "system", "content": "a,b:{}[]\"\\"],
            ["role": "user", "content": [["type": "text", "text": "é"], ["type": "image_url", "image_url": image]]],
            [
                "role": "assistant",
                "tool_calls": [["id": "1", "type": "function", "function": ["name": "f", "arguments": "{}"]]],
            ],
            ["role": "tool", "tool_call_id": "1", "content": ""],
        ]
        let tools: JSONValue = [["type": "function", "function": ["name": "f", "description": "d", "strict": true]]]
        let body: JSONValue = ["model": "gpt-4o", "messages": strewn(messages, &random), "tools": strewn(tools, &random)]
        let prompt = try read(spaced(body, &random)).prompt
        #expect(try JSONValue(parsing: #require(prompt["messages"])) == messages, "seed \(seed)")
        #expect(try JSONValue(parsing: #require(prompt["tools"])) == tools, "seed \(seed)")
        #expect(prompt.members.map(\.name) == ["messages", "tools"])
    }

    private var image: JSONValue { ["url": "https://example.com/a.png", "detail": "low"] }

    private func strewn(_ value: JSONValue, _ random: inout SeededGenerator) -> JSONValue {
        switch value {
        case .array(let values): return .array(values.map { strewn($0, &random) })
        case .object(let members):
            var result: [JSONMember] = members.map { JSONMember(key: $0.key, value: strewn($0.value, &random)) }
            for number in 0..<Int.random(in: 0...3, using: &random) {
                let junk: [JSONValue] = [.null, 1, "x,}", ["a": [1, ["b": .null]]], []]
                let member = JSONMember(key: "junk\(number)", value: junk.randomElement(using: &random) ?? .null)
                result.insert(member, at: Int.random(in: 0...result.count, using: &random))
            }
            return .object(result)
        default: return value
        }
    }

    /// The document with white space strewn between its tokens.
    private func spaced(_ value: JSONValue, _ random: inout SeededGenerator) -> String {
        let gap = ["", "", " ", "\n\t", "\r\n  "].randomElement(using: &random) ?? ""
        switch value {
        case .array(let values):
            let parts = values.map { spaced($0, &random) }
            return "[\(gap)\(parts.joined(separator: "\(gap),"))\(gap)]"
        case .object(let members):
            let parts = members.map { "\(JSONValue.string($0.key).text)\(gap):\(gap)\(spaced($0.value, &random))" }
            return "{\(gap)\(parts.joined(separator: "\(gap),\(gap)"))\(gap)}"
        default: return value.text
        }
    }
}
