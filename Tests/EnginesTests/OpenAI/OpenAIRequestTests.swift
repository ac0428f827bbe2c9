import Inference
import NIOCore
import TestKit
import Testing
import Units
import Wire

@testable import Engines

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `A request to an OpenAI-compatible upstream` {
        /// What a server got for one order.
        private func request(
            _ order: ChatOrder, change: (inout OpenAIEngine.Options) -> Void = { _ in }
        ) async throws -> ScriptedRequest {
            let upstream = try await ScriptedUpstream.start { .chat(["x"], to: $0) }
            let heard = try await Given.answer(from: Given.engine(upstream, change), to: order)
            await upstream.stop()
            #expect(heard.end != nil, "\(String(describing: heard.failure))")
            return try #require(upstream.requests.first)
        }

        @Test func `carries what was checked and nothing else`() async throws {
            let order = Given.order(choices: 2, members: [("messages", #"[{"role":"user","content":"hé\n"}]"#), ("seed", "7")])
            let request = try await request(order)
            #expect(
                request.text == #"{"model":"scripted-1","n":2,"stream":true,"stream_options":{"include_usage":true},"#
                    + #""max_tokens":100,"messages":[{"role":"user","content":"hé\n"}],"seed":7}"#)
            #expect(request.method == "POST")
            #expect(request.target == "/v1/chat/completions")
            #expect(request[header: "content-length"] == String(request.text.utf8.count))
            #expect(request[header: "authorization"] == "Bearer \(Given.key)")
            #expect(request[header: "accept-encoding"] == "identity")
            #expect(request[header: "accept"] == "text/event-stream")
            #expect(request[header: "content-type"] == "application/json")
            #expect(request[header: "x-client-request-id"] == order.request.description)
            #expect(request[header: "transfer-encoding"] == nil)
            #expect(request[header: "host"]?.hasPrefix("127.0.0.1:") == true)
        }

        @Test func `asks for no stream when none is wanted`() async throws {
            let request = try await request(Given.order(stream: false))
            #expect(
                request.text == #"{"model":"scripted-1","max_tokens":100,"messages":[{"role":"user","content":"hi"}]}"#)
            #expect(request[header: "accept"] == "application/json")
        }

        @Test func `follows its options`() async throws {
            let request = try await request(Given.order()) {
                $0.outputCapField = .maxCompletionTokens
                $0.sendsStreamOptions = false
                $0.key = nil
            }
            #expect(
                request.text == #"{"model":"scripted-1","stream":true,"max_completion_tokens":100,"#
                    + #""messages":[{"role":"user","content":"hi"}]}"#)
            #expect(request[header: "authorization"] == nil)
        }

        @Test func `addresses Azure by deployment`() async throws {
            let request = try await request(Given.order(as: "my gpt/4o")) { $0.azure = .deployments(apiVersion: "2024-10-21") }
            #expect(request.target == "/v1/openai/deployments/my%20gpt%2F4o/chat/completions?api-version=2024-10-21")
            #expect(request[header: "api-key"] == Given.key)
            #expect(request[header: "authorization"] == nil)
        }

        @Test func `addresses Azure's newer API as any other`() async throws {
            let request = try await request(Given.order()) { $0.azure = .v1 }
            #expect(request.target == "/v1/chat/completions")
            #expect(request[header: "api-key"] == Given.key)
        }

        @Test func `an api-version that could change the address is refused`() {
            #expect(throws: EngineAddress.Fault.self) {
                try OpenAIEngine.Options(
                    name: "x", baseURL: "https://x.openai.azure.com", key: nil, azure: .deployments(apiVersion: "1&x=/../"))
            }
        }

        @Test(arguments: [
            (#"[{"role":"developer","content":"developer"}]"#, #"[{"role":"system","content":"developer"}]"#),
            (
                #"[ {"content":"a","role" : "develope\u0072"},{"role":"user","content":[{"type":"text","text":"developer"}]}]"#,
                #"[ {"content":"a","role" : "system"},{"role":"user","content":[{"type":"text","text":"developer"}]}]"#
            ),
            (
                #"[{"role":"developer","content":"a"},{"role":"developer","content":"b"}]"#,
                #"[{"role":"system","content":"a"},{"role":"system","content":"b"}]"#
            ),
            (#"[{"role":"user","content":"x"}]"#, #"[{"role":"user","content":"x"}]"#),
        ])
        func `calls developer messages system where only that is known`(given: String, sent: String) async throws {
            let order = Given.order(members: [("messages", given)])
            #expect(try await request(order).text.hasSuffix("\"messages\":\(sent)}"))
            #expect(try await request(order) { $0.mapsDeveloperRole = false }.text.hasSuffix("\"messages\":\(given)}"))
        }

        @Test func `large members go as the slices they are`() throws {
            let large = ByteBuffer(string: "[" + String(repeating: "1,", count: 5000) + "1]")
            let order = Given.order(members: [
                ChatPrompt.Member(name: "messages", value: ByteBuffer(string: "[]")),
                ChatPrompt.Member(name: "tools", value: large),
                ChatPrompt.Member(name: "seed", value: ByteBuffer(string: "1")),
            ])
            let options = try OpenAIEngine.Options(name: "x", baseURL: "http://localhost", key: nil)
            let body = try ChatBody(order, ChatBody.Dialect(options))
            #expect(body.slices.count == 3)
            let isShared = body.slices[1].withUnsafeReadableBytes { sent in
                large.withUnsafeReadableBytes { $0.baseAddress == sent.baseAddress }
            }
            #expect(isShared, "the bytes were not copied")
            #expect(body.bytes == body.slices.reduce(0) { $0 + $1.readableBytes })
        }

        @Test func `a body of megabytes arrives whole`() async throws {
            let image = String(repeating: "QUJD", count: 1 << 20)
            let order = Given.order(members: [("messages", #"[{"role":"user","content":"\#(image)"}]"#)])
            #expect(try await request(order).body.readableBytes > 4 << 20)
        }
    }
}
