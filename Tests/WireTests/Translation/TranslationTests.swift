import NIOCore
import Testing

@testable import Wire

@Suite("What is asked in another dialect") struct TranslationTests {
    private static let messages = """
        {"model":"m","max_tokens":9,"system":[{"type":"text","text":"s"}],"stop_sequences":["e"],"stream":true,"tools":[{"name":"t",
        "input_schema":{"type":"object"}}],"tool_choice":{"type":"tool","name":"t"},"metadata":{"user_id":"u"},"messages":[{"role":"user",
        "content":[{"type":"text","text":"x"},{"type":"image","source":{"type":"url","url":"https://a.b/c.png"}}]},{"role":"assistant",
        "content":[{"type":"tool_use","id":"1","name":"t","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"1",
        "content":"r"}]}]}
        """
    private static let responses = """
        {"model":"m","instructions":"s","max_output_tokens":9,"stream":true,"tools":[{"type":"function","name":"t","parameters":{}}],
        "tool_choice":{"type":"function","name":"t"},"text":{"format":{"type":"json_schema","name":"n","schema":{}}},"reasoning":{"effort":"low"},
        "input":[{"role":"user","content":[{"type":"input_text","text":"x"},{"type":"input_image","image_url":"https://a.b/c.png"}]},
        {"type":"function_call","call_id":"1","name":"t","arguments":"{}"},{"type":"function_call_output","call_id":"1","output":"r"}]}
        """

    private static func chat(_ body: JSONValue, isResponses: Bool) throws(RequestFault) -> JSONValue? {
        var buffer = ByteBuffer()
        body.write(into: &buffer)
        let chat = try isResponses ? ResponsesRequest(buffer).chat : MessagesRequest.chat(buffer)
        return try? JSONValue(parsing: chat)
    }

    @Test(arguments: [false, true]) func `becomes a chat of the same turns`(isResponses: Bool) throws {
        let body = try JSONValue(parsing: isResponses ? Self.responses : Self.messages)
        let chat = try #require(try Self.chat(body, isResponses: isResponses))
        let roles = chat["messages"]?.elements?.compactMap { $0["role"]?.string }
        #expect(roles == ["system", "user", "assistant", "tool"])
        #expect(chat["max_completion_tokens"]?.int == 9)
        #expect(chat["stream"]?.bool == true)
        #expect(chat["tool_choice"]?["function"]?["name"]?.string == "t")
        #expect(chat["tools"]?[0]?["function"]?["name"]?.string == "t")
    }

    /// Every value of a good body in turn is replaced by one of another kind: the answer is a fault with words, or a chat that can be read.
    @Test(arguments: [false, true]) func `is refused in words whatever is wrong with it`(isResponses: Bool) throws {
        let body = try JSONValue(parsing: isResponses ? Self.responses : Self.messages)
        let others: [JSONValue] = [.null, true, 7, "x", [], [:], [[]], [["type": "text"]]]
        var refused = 0
        for other in others {
            for variant in Self.variants(of: body, with: other) {
                do throws(RequestFault) {
                    let chat = try Self.chat(variant, isResponses: isResponses)
                    #expect(chat?["messages"]?.elements != nil)
                } catch {
                    refused += 1
                    #expect(!error.message.isEmpty)
                }
            }
        }
        #expect(refused > 50)
    }

    private static func variants(of value: JSONValue, with other: JSONValue) -> [JSONValue] {
        var variants = [other]
        for (index, member) in (value.members ?? []).enumerated() {
            variants += Self.variants(of: member.value, with: other).map { variant in
                var members = value.members ?? []
                members[index].value = variant
                return .object(members)
            }
        }
        for (index, element) in (value.elements ?? []).enumerated() {
            variants += Self.variants(of: element, with: other).map { variant in
                var elements = value.elements ?? []
                elements[index] = variant
                return .array(elements)
            }
        }
        return variants
    }
}
