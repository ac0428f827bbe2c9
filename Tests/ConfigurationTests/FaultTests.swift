import Testing

@testable import minitoolai

/// Every fault names the place, the key, what was expected and what came.
@Suite struct `What a configuration is refused for` {
    @Test(arguments: [
        (
            "server: {port: many}",
            #"config.yaml:1: server.port: expected a whole number from 0 to 65535, got "many""#
        ),
        (
            "server:\n  host: localhost\n  port: 70000",
            #"config.yaml:3: server.port: expected a whole number from 0 to 65535, got "70000""#
        ),
        ("server: {port: [1]}", "config.yaml:1: server.port: expected a whole number from 0 to 65535, got a list"),
        ("server: 8080", #"config.yaml:1: server: expected a section of keys, got "8080""#),
        ("\nserver: {prot: 1}", "config.yaml:2: server.prot: unknown key; did you mean port?"),
        ("servers: {port: 1}", "config.yaml:1: servers: unknown key; did you mean server?"),
        (
            "zebra: 1",
            "config.yaml:1: zebra: unknown key, expected one of blobs, cache, engines, ledger, limits, models, payments, routing, server, store"
        ),
        (
            "server: {log_level: loud}",
            #"config.yaml:1: server.log_level: expected one of trace, debug, info, notice, warning, error, critical, got "loud""#
        ),
        (
            "server: {drain: soon}",
            #"config.yaml:1: server.drain: expected a time from 0ms to 10m, such as 500ms, 30s, 5m or 24h, got "soon""#
        ),
        (
            "server: {public_url: here}",
            #"config.yaml:1: server.public_url: expected an address such as https://ai.example, got "here""#
        ),
        (
            "store: postgres://host/db",
            "config.yaml:1: store: PostgreSQL is not served by this version, expected sqlite:data/minitoolai.db"
        ),
        (
            "store: mysql://x",
            "config.yaml:1: store: expected sqlite: and a path that ends in /minitoolai.db, such as "
                + #"sqlite:data/minitoolai.db, got "mysql://x""#
        ),
        (
            "cache: {percent: 101}",
            #"config.yaml:1: cache.percent: expected a whole number from 0 to 100, got "101""#
        ),
        (
            "models: {gpt-4o: {routes: [{engine: sandbox, cost: {}}]}}",
            "config.yaml:1: models.gpt-4o.routes.0.cost: expected what the engine costs, as in price, got nothing"
        ),
        (
            "limits: {key: {spend_per_day: 0}}", "config.yaml:1: limits.key.spend_per_day: expected US dollars above 0"
        ),
        ("blobs: {kind: tape}", "config.yaml:1: blobs.kind: expected one of directory, s3, got \"tape\""),
        ("server: {host: a}\nserver: {port: 2}", "config.yaml:1: not YAML that can be read: server is given twice"),
    ])
    func `a bad value in the file`(text: String, fault: String) {
        #expect(faults(text) == [fault])
    }

    @Test(arguments: [
        (
            "{x: {kind: magic}}",
            #"engines.x.kind: expected one of openai, anthropic, sandbox, sdapi, sdcpp, comfyui, openai-images, espeak, openai-speech, got "magic""#
        ),
        (
            "{sandbox: {kind: anthropic}}",
            "engines.sandbox.kind: expected sandbox, for test keys are answered by the engine of that name, got \"anthropic\""
        ),
        (
            "{x: {}}",
            "engines.x.kind: expected a kind of engine: openai, anthropic, sandbox, sdapi, sdcpp, comfyui, openai-images, espeak, openai-speech, got nothing"
        ),
        ("{x: {kind: openai}}", "engines.x.base_url: expected the address before /chat/completions, got nothing"),
        (
            "{sandbox: {kind: openai, base_url: 'http://h/v1'}}",
            "engines.sandbox.kind: expected sandbox, for test keys are answered by the engine of that name, got \"openai\""
        ),
        (
            "{x: {kind: openai, base_url: 'http://h/v1', api_key: '${NOT_SET}'}}",
            "engines.x.api_key: expected the environment variable NOT_SET to be set, and it is not"
        ),
        (
            "{x: {kind: openai, base_url: 'http://h/v1', api_key: 'file:/nowhere/key'}}",
            #"engines.x.api_key: expected a readable file with the secret in it, got "/nowhere/key""#
        ),
        (
            "{x: {kind: openai, base_url: 'http://h/v1', api_key: 'two words'}}",
            "engines.x.api_key: expected 1 to 4096 visible ASCII characters"
        ),
        (
            "{x: {kind: openai, base_url: 'http://h/v1', disconnect: hang}}",
            #"engines.x.disconnect: expected one of cancel, drain, got "hang""#
        ),
        (
            "{x: {kind: openai, base_url: 'http://h/v1', timeouts: {conect: 1s}}}",
            "engines.x.timeouts.conect: unknown key; did you mean connect?"
        ),
        (
            "{x: {kind: openai, base_url: 'http://h/v1', azure: {}}}",
            "engines.x.azure.api_version: expected a version such as 2024-10-21, or v1, got nothing"
        ),
        (
            "{espeak: {processes: 0}}", #"engines.espeak.processes: expected a whole number from 1 to 256, got "0""#
        ),
        ("{x: {kind: openai-speech}}", "engines.x.base_url: expected the address before /audio/speech, got nothing"),
        (
            "{x: {kind: openai-speech, base_url: 'ftp://h'}}",
            "engines.x.base_url: expected the address before /audio/speech: expected http://… or https://…"
        ),
        ("{sandbox: {pace: brisk}}", #"engines.sandbox.pace: expected one of natural, immediate, got "brisk""#),
    ])
    func `a bad engine`(engines: String, fault: String) {
        #expect(faults("engines: \(engines)") == ["config.yaml:1: \(fault)"])
    }

    @Test(arguments: [
        (
            "{gpt-4o: {routes: [{engine: sandbax, model: m}]}}",
            #"models.gpt-4o.routes.0.engine: expected the name of an engine, and there is none called "sandbax"; "#
                + "did you mean sandbox?"
        ),
        ("{gpt-4o: {routes: sandbox}}", "models.gpt-4o.routes: expected a list"),
        (
            "{gpt-4o: {routes: [{engine: sandbox, weight: 0}]}}",
            #"models.gpt-4o.routes.0.weight: expected a whole number from 1 to 1000000, got "0""#
        ),
        (
            "{m: {kind: chat, price: {input: -1, output: 1}}}",
            "models.m.price.input: expected US dollars per million, 0 or more with at most nine decimals, such as 0.15, "
                + #"got "-1""#
        ),
        (
            "{m: {kind: chat, price: {input: 0.0000000001, output: 1}}}",
            "models.m.price.input: expected US dollars per million, 0 or more with at most nine decimals, such as 0.15, "
                + #"got "0.0000000001""#
        ),
        (
            "{m: {kind: chat, price: {input: 1}}}",
            "models.m.price.output: expected US dollars per million tokens, got nothing"
        ),
        ("{m: {kind: chat, price: {input: 0, output: 0}}}", "models.m.price: a model that costs nothing says so with free: true"),
        ("{m: {price: {input: 1, output: 1}}}", "models.m.kind: expected chat, image, speech or embedding, got nothing"),
        ("{gpt-4o: {kind: image}}", "models.gpt-4o.kind: expected chat: gpt-4o is built in"),
        ("{tts-1: {kind: speech, price: {image: 1}}}", "models.tts-1.price.image: unknown key, expected one of characters, free"),
    ])
    func `a bad model`(models: String, fault: String) {
        #expect(faults("models: \(models)").contains("config.yaml:1: \(fault)"))
    }

    @Test func `all faults are told at once, in the order of the file`() {
        let text = "models: {gpt-4o: {routes: [{engine: nobody}]}}\nserver: {port: x}\nengines: {x: {kind: magic}}\nother: 1"
        #expect(faults(text).map { $0.prefix(14) } == ["config.yaml:1:", "config.yaml:2:", "config.yaml:3:", "config.yaml:4:"])
    }

    @Test func `what is no YAML is refused with its line`() throws {
        #expect(throws: ConfigurationFaults.self) { try Setting.yaml("server:\n  - [", name: "config.yaml") }
        do {
            _ = try Setting.yaml("server: {port: 1}\nblobs: {]", name: "config.yaml")
        } catch let fault as ConfigurationFaults {
            #expect(fault.description.hasPrefix("config.yaml:2: not YAML that can be read"))
        }
    }

    @Test func `a file that is not there is named`() {
        #expect(throws: ConfigurationFaults.self) { try Setting.file(at: "/nowhere/config.yaml") }
    }
}

/// The faults of `text` as lines; none when it is accepted.
func faults(_ text: String, environment: [String: String] = [:]) -> [String] {
    do {
        _ = try Configuration(Setting.yaml(text, name: "config.yaml"), environment: environment)
        return []
    } catch let faults as ConfigurationFaults {
        return faults.faults.map(\.description)
    } catch {
        return ["\(error)"]
    }
}
