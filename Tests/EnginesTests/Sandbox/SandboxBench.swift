import Inference
import NIOCore
import Testing
import Units
import Wire

@testable import Engines

/// A request body, and what the sandbox makes of it, without a loop.
struct SandboxBench {
    var engine = SandboxEngine(name: "sandbox", pace: SandboxPace(firstNanoseconds: 40, betweenNanoseconds: 8))
    var cap = 1000
    var images: [PromptImage] = []

    /// - Parameter body: members of a request; `messages` may be one text, which a user says.
    func order(_ body: String) throws -> ChatOrder {
        let root = try JSONValue(parsing: body)
        let own: Set<String> = ["model", "stream", "n", "max_tokens", "max_completion_tokens"]
        let members = (root.members ?? []).filter { !own.contains($0.key) }.map { member in
            var value = member.value
            if member.key == "messages", case .string(let text) = value {
                value = [["role": "user", "content": .string(text)]]
            }
            return ChatPrompt.Member(name: member.key, value: ByteBuffer(string: value.text))
        }
        let prompt = ChatPrompt(
            model: root["model"]?.string ?? "gpt-4o-mini", stream: root["stream"]?.bool ?? true, choices: root["n"]?.int ?? 1,
            outputCap: nil, members: members,
            size: PromptSize(jsonBytes: body.utf8.count, textBytes: body.utf8.count, messages: 1), images: images)
        return ChatOrder(
            prompt: prompt, model: prompt.model, outputCap: root["max_completion_tokens"]?.int ?? cap,
            request: RequestID("req_0"))
    }

    func play(_ body: String) throws -> Performance {
        Performance(of: engine.script(for: try order(body)))
    }

    /// A user says one thing, other members as given: `"n":2,"stop":"x"`.
    func hear(_ sentence: String, _ members: String = "") throws -> Performance {
        let more = members.isEmpty ? "" : ",\(members)"
        return try play("{\"messages\":\(JSONValue.string(sentence).text)\(more)}")
    }

    /// What is said in answer to one thing.
    func answer(_ sentence: String, _ members: String = "") throws -> String {
        try #require(try hear(sentence, members).texts.first)
    }
}

/// A script played to its end, taken apart.
struct Performance {
    private(set) var chunks: [ChatChunk] = []
    private(set) var turns: [Int] = []
    private(set) var waits: [Int64] = []
    private(set) var end: ChatEnd?
    private(set) var failure: EngineFailure?

    init(of script: SandboxScript) {
        var script = script
        while let step = script.next() {
            waits.append(step.afterNanoseconds)
            switch step.event {
            case .turn(let more):
                chunks += more
                turns.append(more.count)
            case .completed(let end): self.end = end
            case .failed(let failure): self.failure = failure
            }
        }
    }

    /// The text of every chunk, as it goes over the wire.
    var bytes: [String] { chunks.map { String(buffer: $0.choices) } }

    /// Every choice of every chunk.
    var choices: [JSONValue] {
        bytes.flatMap { text in (try? JSONValue(parsing: text))?.elements ?? [] }
    }

    func choices(at index: Int) -> [JSONValue] { choices.filter { $0["index"]?.int == index } }

    private var count: Int { (choices.compactMap { $0["index"]?.int }.max() ?? -1) + 1 }

    /// The whole text of each choice, streamed or not.
    var texts: [String] {
        (0..<count).map { index in
            choices(at: index).map { ($0["delta"] ?? $0["message"])?["content"]?.string ?? "" }.joined()
        }
    }

    var finishes: [String] {
        (0..<count).compactMap { index in choices(at: index).last?["finish_reason"]?.string }
    }

    /// Names and arguments of the calls of a choice, put together as a client does.
    func calls(at index: Int = 0) -> [(name: String, arguments: String)] {
        var calls: [(name: String, arguments: String)] = []
        for choice in choices(at: index) {
            for part in (choice["delta"] ?? choice["message"])?["tool_calls"]?.elements ?? [] {
                if part["id"] != nil { calls.append((part["function"]?["name"]?.string ?? "", "")) }
                let number = part["index"]?.int ?? calls.count - 1
                calls[number].arguments += part["function"]?["arguments"]?.string ?? ""
            }
        }
        return calls
    }

    var refusal: EngineRefusal? {
        if case .refusedPrompt(let refusal) = failure?.kind { refusal } else { nil }
    }
}
