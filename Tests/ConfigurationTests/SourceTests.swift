import CLI
import Foundation
import Inference
import Testing

@testable import minitoolai

/// Flags before variables before the file before the defaults, and each key says which it was.
@Suite struct `Where a value comes from` {
    private func configuration(
        _ text: String = "", environment: [String: String] = [:], flags: [String: (flag: String, value: String)] = [:]
    ) throws -> Configuration {
        try Configuration(Setting.yaml(text, name: "config.yaml"), environment: environment, flags: flags)
    }

    private func key(_ name: String, in configuration: Configuration) -> [String] {
        configuration.listing.keys.filter { $0.key == name }.map { "\($0.value) from \($0.source)" }
    }

    @Test func `without a file the embedded default applies`() throws {
        let configuration = try Configuration(nil, environment: [:])
        #expect(configuration.server.host == "127.0.0.1")
        #expect(configuration.server.port == 8080)
        #expect(configuration.store.dataDirectory == "data")
        #expect(configuration.engines.map(\.name) == ["sandbox", "espeak"])
        #expect(configuration.models.map(\.model.id) == ["gpt-4o", "gpt-4o-mini", "gpt-4.1", "gpt-4.1-mini", "gpt-4.1-nano"])
        #expect(configuration.models.allSatisfy { $0.routes.isEmpty && $0.price != nil })
        #expect(key("server.port", in: configuration) == ["8080 from default"])
        #expect(key("models.gpt-4o-mini.price.input", in: configuration) == ["0.150000 from built in"])
    }

    @Test func `a flag overrides a variable, which overrides the file, which overrides the default`() throws {
        let file = "\nserver: {port: 1}"
        let variable = ["MINITOOLAI_SERVER_PORT": "2"]
        #expect(key("server.port", in: try configuration(file)) == ["1 from config.yaml:2"])
        #expect(key("server.port", in: try configuration(file, environment: variable)) == ["2 from env MINITOOLAI_SERVER_PORT"])
        let all = try configuration(file, environment: variable, flags: ["server.port": ("--port", "3")])
        #expect(key("server.port", in: all) == ["3 from flag --port"])
        #expect(all.server.port == 3)
    }

    @Test func `a bad value in the file is refused even when it is overridden`() {
        #expect(
            faults("server: {port: x}", environment: ["MINITOOLAI_SERVER_PORT": "1"])
                == [#"config.yaml:1: server.port: expected a whole number from 0 to 65535, got "x""#])
    }

    @Test func `--data moves the store`() throws {
        let place = Place(config: nil, data: "/srv/books")
        let configuration = try Configuration(at: place, ServeWishes(), environment: [:])
        #expect(configuration.store.dataDirectory == "/srv/books")
        #expect(configuration.blobs.place == .directory(path: "/srv/books/images"))
    }

    @Test(arguments: [
        ("MINITOOLAI_SERVER_PORT", "1", "server.port"), ("MINITOOLAI_SERVER__PORT", "1", "server.port"),
        ("MINITOOLAI_SERVER_LOG_LEVEL", "debug", "server.log_level"),
        ("MINITOOLAI_STORE", "sqlite:x/minitoolai.db", "store"),
        ("MINITOOLAI_ENGINES__OPEN_AI__BASE_URL", "http://h/v2", "engines.open-ai.base_url"),
        ("MINITOOLAI_ENGINES_OPEN_AI_BASE_URL", "http://h/v2", "engines.open-ai.base_url"),
        ("MINITOOLAI_ENGINES__OPEN_AI__TIMEOUTS__STALL", "7s", "engines.open-ai.timeouts.stall"),
        ("MINITOOLAI_MODELS__GPT_4_1_MINI__PRICE__INPUT", "0.5", "models.gpt-4.1-mini.price.input"),
        ("MINITOOLAI_MODELS__GPT_4O__ROUTES__0__WEIGHT", "9", "models.gpt-4o.routes.0.weight"),
    ])
    func `every key has a variable`(name: String, value: String, overridden: String) throws {
        let file = """
            engines: {open-ai: {kind: openai, base_url: "http://h/v1"}}
            models:
              gpt-4o: {routes: [{engine: open-ai}]}
              gpt-4.1-mini: {price: {input: 1, output: 2}}
            """
        #expect(key(overridden, in: try configuration(file, environment: [name: value])) == ["\(value) from env \(name)"])
    }

    @Test func `variables can make an engine and give it a route`() throws {
        let configuration = try configuration(environment: [
            "MINITOOLAI_ENGINES__OLLAMA__KIND": "openai", "MINITOOLAI_ENGINES__OLLAMA__BASE_URL": "http://127.0.0.1:11434/v1",
            "MINITOOLAI_MODELS__GPT_4O_MINI__ROUTES": "[{engine: ollama, model: 'llama3.2:3b', weight: 2}]",
        ])
        #expect(configuration.engines.map(\.name) == ["sandbox", "espeak", "ollama"])
        let model = try #require(configuration.models.first { $0.model.id == "gpt-4o-mini" })
        #expect(model.routes == [RouteSetting(engine: "ollama", model: "llama3.2:3b", weight: 2, priority: 1, cost: nil)])
    }

    @Test(arguments: [
        ("MINITOOLAI_SERVER_PROT", "MINITOOLAI_SERVER__PORT"), ("MINITOOLAI_SERVER__PROT", "MINITOOLAI_SERVER__PORT"),
        ("MINITOOLAI_ENGINES_SANDBOX_PAICE", "MINITOOLAI_ENGINES__SANDBOX__PACE"),
    ])
    func `a variable that stands for no key is refused`(name: String, nearest: String) {
        #expect(faults("", environment: [name: "1"]) == ["env \(name): stands for no key; did you mean \(nearest)?"])
    }

    @Test func `variables of the client, of an orchestrator, and empty ones are left alone`() throws {
        let environment = [
            "MINITOOLAI_URL": "http://h", "MINITOOLAI_API_KEY": "sk-1", "MINITOOLAI_PORT": "tcp://10.0.0.1:80",
            "MINITOOLAI_SERVICE_HOST": "10.0.0.1", "MINITOOLAI_SERVER_PORT": "",
        ]
        #expect(try configuration(environment: environment).server.port == 8080)
    }

    @Test func `a bad variable is named with its key`() {
        #expect(
            faults("", environment: ["MINITOOLAI_SERVER_PORT": "x"])
                == [#"env MINITOOLAI_SERVER_PORT: server.port: expected a whole number from 0 to 65535, got "x""#])
    }

    @Test func `the example of the guide is accepted`() throws {
        let guide = try String(contentsOfFile: "docs/guides/configuration.md", encoding: .utf8)
        let example = try #require(guide.firstMatch(of: /```yaml\n([\s\S]*?)```/)).1
        let secrets = ["OPENAI_API_KEY": "sk-1", "AZURE_API_KEY": "a"]
        #expect(faults(String(example), environment: secrets) == [])
    }
}
