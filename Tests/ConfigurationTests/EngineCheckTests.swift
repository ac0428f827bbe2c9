import CLI
import Foundation
import Testing
import Wire

@testable import minitoolai

@Suite struct `Checking engines without a server` {
    @Test func `engines that paint are contacted too, and what does both is named once`() async throws {
        let text = """
            engines:
              webui: {kind: sdapi, base_url: "http://127.0.0.1:9"}
              comfy: {kind: comfyui, base_url: "http://127.0.0.1:9"}
              claude: {kind: anthropic, api_key: "x", base_url: "http://127.0.0.1:9"}
            """
        let configuration = try Configuration(Setting.yaml(text, name: "config.yaml"), environment: [:])
        let line = try await Assembly.answer(.checkEngines, configuration)
        let document = try ControlLine.document(EngineCheckDocument.self, in: line)
        #expect(document.engines.map(\.name).sorted() == ["claude", "comfy", "espeak", "sandbox", "webui"])
        #expect(document.engines.filter(\.usable).map(\.name) == ["sandbox", "espeak"])
        #expect(document.engines.allSatisfy { !$0.summary.isEmpty })
        #expect(!document.ok)
    }
}
