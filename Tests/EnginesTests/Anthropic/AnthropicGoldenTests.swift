import Foundation
import Inference
import NIOCore
import Testing
import Units
import Wire

@testable import Engines

/// Each file of Tests/Golden/Anthropic: what was asked in OpenAI's form, what is sent, what comes back, what is given to the caller.
struct AnthropicGoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Golden/Anthropic")

    static let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".exchange") }.sorted()

    @Test func `there are exchanges to look at`() { #expect(AnthropicGoldenTests.names.count >= 14) }

    @Test(arguments: names)
    func `an exchange goes as it is written down`(name: String) throws {
        let text = try String(contentsOf: AnthropicGoldenTests.folder.appending(path: name), encoding: .utf8)
        let parts = text.components(separatedBy: "--------\n").map { $0.trimmingCharacters(in: .newlines) }
        try #require(parts.count == 4)
        let order = try AnthropicGoldenTests.order(try JSONValue(parsing: parts[0]))
        #expect(AnthropicGoldenTests.sent(order) == parts[1])
        #expect(AnthropicGoldenTests.given(parts[2], stream: order.prompt.stream) == parts[3])
    }

    private static func order(_ asked: JSONValue) throws -> ChatOrder {
        let own = ["model", "stream", "n", "max_completion_tokens"]
        let members = (asked.members ?? []).filter { !own.contains($0.key) }.map {
            ChatPrompt.Member(name: $0.key, value: ByteBuffer(string: $0.value.text))
        }
        let prompt = ChatPrompt(
            model: "claude", stream: asked["stream"]?.bool ?? false, choices: asked["n"]?.int ?? 1, outputCap: nil,
            members: members, size: PromptSize(jsonBytes: 0, textBytes: 0, messages: 1), images: [])
        return ChatOrder(
            prompt: prompt, model: asked["model"]?.string ?? "claude-sonnet-4-5",
            outputCap: asked["max_completion_tokens"]?.int ?? 1000, request: RequestID("req_1"))
    }

    private static func sent(_ order: ChatOrder) -> String {
        do { return String(buffer: try AnthropicPrompt(order).body) } catch { return described(error) }
    }

    private static func given(_ came: String, stream: Bool) -> String {
        guard !came.isEmpty else { return "" }
        let diagnosis = Diagnosis(AnthropicGoldenTests.address, key: nil)
        guard stream else {
            do {
                let message = try AnthropicMessage(ByteBuffer(string: came), diagnosis)
                return lines([message.chunk], message.end)
            } catch { return described(error) }
        }
        var reader = EventStreamReader()
        reader.append(ByteBuffer(string: came + "\n\n"))
        var answer = AnthropicStream(diagnosis)
        var chunks: [ChatChunk] = []
        while let event = try? reader.next() {
            switch answer.on(event) {
            case .nothing: break
            case .chunk(let chunk): chunks.append(chunk)
            case .done: return lines(chunks, answer.end)
            case .failed(let failure): return lines(chunks, nil) + described(failure)
            }
        }
        return answer.failureAtEnd.map { lines(chunks, nil) + described($0) } ?? lines(chunks, answer.end)
    }

    private static func lines(_ chunks: [ChatChunk], _ end: ChatEnd?) -> String {
        let text = chunks.map { "\($0.outputBytes)\($0.finishes ? "!" : "") \(String(buffer: $0.choices))\n" }.joined()
        guard let end else { return text }
        guard let usage = end.usage else { return text + "no usage" }
        return text + "\(usage.promptTokens) in, \(usage.cachedTokens) of them cached, \(usage.completionTokens) out"
            + (end.reachedCap ? ", at the cap" : "")
    }

    private static func described(_ error: any Error) -> String {
        guard let failure = error as? EngineFailure else { return "\(error)" }
        if case .refusedPrompt(let refusal) = failure.kind {
            return "refused \(refusal.status) \(refusal.param ?? "-"): \(refusal.message)"
        }
        return "\(failure.kind): \(failure.detail)"
    }

    private static var address: EngineAddress {
        guard let address = try? EngineAddress(AnthropicEngine.Options.standardURL) else {
            preconditionFailure("Anthropic's own address is one")
        }
        return address
    }
}
