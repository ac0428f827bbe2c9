import Inference
import NIOCore
import TestKit
import Testing

@testable import Engines

extension `An engine for OpenAI-compatible servers` {
    @Suite struct `Checking an upstream` {
        private func report(
            change: (inout OpenAIEngine.Options) -> Void = { _ in },
            _ script: @escaping @Sendable (ScriptedRequest) -> ScriptedAnswer
        ) async throws -> EngineReport {
            let upstream = try await ScriptedUpstream.start(script)
            let report = await (try Given.engine(upstream, change)).check()
            await upstream.stop()
            return report
        }

        @Test func `asks for its models with the key`() async throws {
            let upstream = try await ScriptedUpstream.start { _ in .json(#"{"object":"list","data":[{"id":"a"},{"id":"b"}]}"#) }
            let report = await (try Given.engine(upstream)).check()
            #expect(report.usable)
            #expect(report.summary.hasSuffix("/v1/models: 2 models"))
            #expect(report.latencyMilliseconds != nil)
            #expect(upstream.requests.first?.method == "GET")
            #expect(upstream.requests.first?.target == "/v1/models")
            #expect(upstream.requests.first?[header: "authorization"] == "Bearer \(Given.key)")
            await upstream.stop()
        }

        @Test func `asks Azure in Azure's way`() async throws {
            let upstream = try await ScriptedUpstream.start { _ in .json(#"{"data":[]}"#) }
            let report = await (try Given.engine(upstream) { $0.azure = .deployments(apiVersion: "2024-10-21") }).check()
            #expect(report.usable)
            #expect(upstream.requests.first?.target == "/v1/openai/models?api-version=2024-10-21")
            #expect(upstream.requests.first?[header: "api-key"] == Given.key)
            await upstream.stop()
        }

        @Test(arguments: [
            (ScriptedAnswer.json("{}", status: 401), "the key is refused"), (.json("{}", status: 404), "base URL"),
            (.json("<html>", status: 200), "not a list of models"), (.json("{}", status: 302), "redirects"),
            (.json("{}", status: 429), "credit"), (.json("{}", status: 503), "503"), (ScriptedAnswer([.close]), "closed"),
            (.raw("nonsense\r\n\r\n"), "not HTTP"), (.json(Given.key, status: 401), "refused"),
        ])
        func `says what is wrong`(answer: ScriptedAnswer, words: String) async throws {
            let report = try await report { _ in answer }
            #expect(!report.usable)
            #expect(report.summary.contains(words), "\(report.summary)")
            #expect(!report.summary.contains("canary"))
        }

        @Test func `says when nobody is there`() async throws {
            let upstream = try await ScriptedUpstream.start { _ in .silence }
            let engine = try Given.engine(upstream)
            await upstream.stop()
            let report = await engine.check()
            #expect(!report.usable)
            #expect(report.summary.contains("connection refused"))
            #expect(report.latencyMilliseconds == nil)
        }
    }
}
