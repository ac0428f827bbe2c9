import Commerce
import Engines
import Inference
import Testing
import Units

@testable import minitoolai

@Suite struct `Models and their prices` {
    private func model(_ name: String, _ text: String) throws -> ModelSetting {
        let configuration = try Configuration(Setting.yaml("models: {\(name): {\(text)}}", name: "config.yaml"), environment: [:])
        return try #require(configuration.models.first { $0.model.id == name })
    }

    @Test(arguments: [
        ("{input: 0.15, output: 0.60}", 150_000_000, 600_000_000), ("{input: '2.5', output: 10}", 2_500_000_000, 10_000_000_000),
        ("{input: 0.0028, output: 0.000000001}", 2_800_000, 1),
        // 0.1 and 0.3 have no exact floating-point form.
        ("{input: 0.1, output: 0.3}", 100_000_000, 300_000_000),
    ])
    func `prices are taken from their decimals`(price: String, input: Int64, output: Int64) throws {
        let found = try #require(try model("m", "kind: chat, price: \(price)").price)
        #expect(found.input.nanodollarsPerMillion == input)
        #expect(found.output.nanodollarsPerMillion == output)
        #expect(found.cachedInput == nil)
    }

    @Test func `engines of every kind stand in one file`() throws {
        let text = """
            engines:
              up: {kind: openai, base_url: "http://127.0.0.1:9/v1"}
              claude: {kind: anthropic, api_key: "${CLAUDE_KEY}"}
              webui: {kind: sdapi, base_url: "http://127.0.0.1:7860"}
            models:
              gpt-4o-mini: {kind: chat, routes: [{engine: up}, {engine: claude, model: x}]}
              realvision: {kind: image, price: {image: 0.0015}, routes: [{engine: webui, model: "RealVisXL.safetensors"}]}
              tts-1: {kind: speech, price: {characters: 15.00}, routes: [{engine: espeak}]}
            """
        let configuration = try Configuration(Setting.yaml(text, name: "config.yaml"), environment: ["CLAUDE_KEY": "sk-ant-x"])
        #expect(configuration.models.allSatisfy { $0.model.id != "realvision" && $0.model.id != "tts-1" })
        #expect(configuration.models.first { $0.model.id == "gpt-4o-mini" }?.routes.map(\.engine) == ["up", "claude"])
        #expect(configuration.engines.map(\.name).sorted() == ["claude", "espeak", "sandbox", "up", "webui"])
    }

    @Test func `a built-in model that is given routes alone keeps its price`() throws {
        let setting = try model("gpt-4.1-nano", "routes: [{engine: sandbox}]")
        #expect(setting.price?.input == Rate(dollarsPerMillion: "0.10"))
        #expect(setting.routes == [RouteSetting(engine: "sandbox", model: "gpt-4.1-nano", weight: 1, priority: 1, cost: nil)])
    }

    @Test func `a built-in model can be priced anew`() throws {
        let price = try model("gpt-4o", "price: {input: 3, cached_input: 1.5, output: 12}").price
        #expect(price?.cachedInput == Rate(dollarsPerMillion: "1.5"))
        #expect(price?.output == Rate(dollarsPerMillion: "12"))
    }

    @Test func `a model of the operator's own without a price is listed without one`() throws {
        let setting = try model("house-model", "kind: chat, context: 8192, output_max: 1024")
        #expect(setting.price == nil)
        #expect(setting.model.snapshot == "house-model")
        #expect(setting.model.contextTokens == 8192)
        #expect(setting.model.outputTokensMax == 1024)
        #expect(setting.model.vision == nil)
    }

    @Test func `a model is free only when it is said so`() throws {
        #expect(try model("m", "kind: chat, price: {free: true}").price == .free)
        #expect(try model("m", "kind: chat, price: {free: false, input: 1, output: 1}").price != .free)
    }

    @Test func `models are told apart by what they make`() throws {
        let text = """
            engines:
              kokoro: {kind: openai-speech, base_url: "http://127.0.0.1:8880/v1"}
            models:
              realvision: {kind: image, price: {image: 0.0015}}
              tts-1: {price: {characters: 12.50}}
              house-voice: {kind: speech, price: {characters: 1}, routes: [{engine: kokoro, model: kokoro}]}
              quiet: {kind: speech}
            """
        let configuration = try Configuration(Setting.yaml(text, name: "config.yaml"), environment: [:])
        #expect(configuration.models.map(\.model.id) == ChatModel.builtIn.map(\.id))
        #expect(configuration.speech.map(\.model.id) == ["tts-1", "tts-1-hd", "gpt-4o-mini-tts", "house-voice", "quiet"])
        let prices = configuration.speech.map(\.price)
        #expect(prices.map { $0?.input.dollarsPerMillion } == ["12.500000", "30.000000", "15.000000", "1.000000", nil])
        #expect(prices.allSatisfy { $0?.unit ?? .character == .character && $0?.output ?? .free == .free })
        #expect(configuration.speech.map { $0.routes.map(\.engine) } == [["espeak"], ["espeak"], ["espeak"], ["kokoro"], []])
    }

    @Test func `the engine that speaks can be told where its program is`() throws {
        let text = "engines: {espeak: {program: /opt/espeak, processes: 3}, second: {kind: espeak}}"
        let configuration = try Configuration(Setting.yaml(text, name: "config.yaml"), environment: [:])
        #expect(configuration.engines.map(\.name).sorted() == ["espeak", "sandbox", "second"])
        guard case .espeak(let options)? = configuration.engines.first(where: { $0.name == "espeak" }) else {
            Issue.record("it is another kind")
            return
        }
        #expect(options.program == "/opt/espeak" && options.processes == 3)
    }

    @Test func `image tokens can be set`() throws {
        #expect(try model("m", "kind: chat, vision: {kind: tiles, base: 1, tile: 2}").model.vision == .tiles(base: 1, tile: 2))
        #expect(try model("gpt-4o", "vision: none").model.vision == nil)
    }
}
