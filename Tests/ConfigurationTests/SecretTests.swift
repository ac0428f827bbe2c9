import CLI
import Engines
import Foundation
import Testing

@testable import minitoolai

@Suite struct `Secrets` {
    private func configuration(_ apiKey: String, environment: [String: String] = [:]) throws -> Configuration {
        let text = "engines: {up: {kind: openai, base_url: 'http://h/v1', api_key: '\(apiKey)'}}"
        return try Configuration(Setting.yaml(text, name: "config.yaml"), environment: environment)
    }

    private func key(of configuration: Configuration) -> Secret? {
        for case .openAI(let options, _) in configuration.engines { return options.key }
        return nil
    }

    @Test func `a secret comes from a variable, a file or the text itself`() throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "secret-\(UUID().uuidString)")
        try Data("sk-canary-1\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let path = file.path(percentEncoded: false)
        let canary = Secret("sk-canary-1")
        #expect(key(of: try configuration("${CANARY}", environment: ["CANARY": "sk-canary-1"])) == canary)
        #expect(key(of: try configuration("file:\(path)")) == canary)
        #expect(key(of: try configuration(path)) == canary)
        #expect(key(of: try configuration("sk-canary-1")) == canary)
    }

    @Test func `a variable's value is the secret even when it looks like a path`() throws {
        let environment = ["MINITOOLAI_ENGINES__UP__API_KEY": "/looks/like/a/path${X}"]
        #expect(key(of: try configuration("unused", environment: environment)) == Secret("/looks/like/a/path${X}"))
    }

    @Test(arguments: ["${CANARY}", "sk-canary-1"])
    func `a secret is never shown`(written: String) throws {
        let configuration = try configuration(written, environment: ["CANARY": "sk-canary-1"])
        #expect(configuration.listing.keys.filter { $0.key == "engines.up.api_key" }.map(\.value) == ["***"])
        #expect(!"\(configuration)".contains("canary-1"))
    }

    @Test func `what a variable puts into a plain text is not shown either`() throws {
        let text = "engines: {up: {kind: openai, base_url: 'http://${HOST_CANARY}/v1'}}"
        let configuration = try Configuration(
            Setting.yaml(text, name: "config.yaml"), environment: ["HOST_CANARY": "inner.example"])
        #expect(configuration.listing.keys.contains { $0.value == "http://${HOST_CANARY}/v1" })
    }
}
