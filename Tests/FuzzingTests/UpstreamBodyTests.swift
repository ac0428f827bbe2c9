import Fuzzing
import Inference
import NIOCore
import TestKit
import Testing
import Units
import Wire

@testable import Engines

@Suite struct UpstreamBodyTests {
    /// What goes upstream is put together from slices; joined, it must be one document that says what the prompt says.
    @Test func `whatever is accepted goes upstream as one JSON document of the same meaning`() throws {
        let corpus = Corpus(of: .chat)
        let catalog = ModelCatalog(chat: ChatModel.builtIn)
        var bodies = 0
        for (number, file) in corpus.files.enumerated() {
            for mutation in 0..<(max(1, 4000 / corpus.files.count)) {
                var seed = Seed(UInt64(number * 10_000 + mutation))
                let bytes = mutation == 0 ? file.bytes : corpus.mutation(of: file.bytes, &seed)
                for dialect in ChatDialect.allCases {
                    guard let request = try? ChatRequest.read(ByteBuffer(bytes: bytes), dialect: dialect, catalog: catalog) else {
                        continue
                    }
                    bodies += 1
                    for base in ["https://api.openai.com/v1", "http://10.0.0.1:8000/v1"] {
                        try expectSame(
                            request.prompt, JSONValue(parsing: ByteBuffer(bytes: bytes)), at: base, "\(file.name), \(seed)")
                    }
                }
            }
        }
        #expect(bodies >= 100, "enough was accepted to say something")
    }

    private func expectSame(_ prompt: ChatPrompt, _ said: JSONValue, at base: String, _ name: String) throws {
        let options = try OpenAIEngine.Options(name: "e", baseURL: base, key: nil)
        let order = ChatOrder(prompt: prompt, model: "m", outputCap: 77, request: RequestID("r"))
        let body = try ChatBody(order, ChatBody.Dialect(options))
        var joined = ByteBuffer()
        for slice in body.slices { joined.writeImmutableBuffer(slice) }
        #expect(joined.readableBytes == body.bytes, "\(name)")
        let sent = try JSONValue(parsing: joined)
        #expect(sent["model"]?.string == "m", "\(name)")
        #expect(sent["n"]?.int ?? 1 == prompt.choices, "\(name)")
        #expect(sent["stream"]?.bool ?? false == prompt.stream, "\(name)")
        #expect((sent["max_tokens"] ?? sent["max_completion_tokens"])?.int == 77, "\(name)")
        for member in prompt.members where !(options.mapsDeveloperRole && member.name == "messages") {
            #expect(try sent[member.name] == JSONValue(parsing: member.value), "\(name): \(member.name)")
            #expect(said[member.name].map { sent[member.name]?.isPruned(from: $0) == true } == true, "\(name): \(member.name)")
        }
        let expected = said["messages"]?.elements?.map {
            $0["role"]?.string == "developer" && options.mapsDeveloperRole ? "system" : $0["role"]?.string
        }
        #expect(sent["messages"]?.elements?.map { $0["role"]?.string } == expected, "\(name)")
        #expect(
            sent["messages"]?.elements?.map { $0["tool_call_id"] } == said["messages"]?.elements?.map { $0["tool_call_id"] },
            "\(name)")
    }
}
