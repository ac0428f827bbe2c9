import Engines
import Testing

@testable import minitoolai

@Suite struct `Engines that speak` {
    private func engine(_ name: String, _ text: String = "{}") throws -> EngineSetting {
        let configuration = try Configuration(Setting.yaml(text, name: "config.yaml"), environment: [:])
        return try #require(configuration.engines.first { $0.name == name })
    }

    @Test func `espeak is there without being configured`() throws {
        guard case .espeak(let options) = try engine("espeak") else { throw Unexpected() }
        #expect(options.program == "espeak-ng")
        #expect(options.processes == EspeakLimits.processesStandard)
    }

    @Test func `espeak can be another program, and another engine of its kind`() throws {
        let text = """
            engines:
              espeak: {program: /opt/bin/espeak-ng, processes: 4, timeouts: {wait: 5s, total: 10m}}
              second: {kind: espeak}
            """
        guard case .espeak(let options) = try engine("espeak", text) else { throw Unexpected() }
        #expect(options.program == "/opt/bin/espeak-ng" && options.processes == 4)
        #expect(["\(options.waitingTime)", "\(options.totalTime)"] == ["5 s", "600 s"])
        guard case .espeak(let second) = try engine("second", text) else { throw Unexpected() }
        #expect(second.name == "second" && second.program == "espeak-ng")
    }

    @Test func `a server that speaks has an address, a key and its own patience`() throws {
        let text = """
            engines:
              kokoro:
                kind: openai-speech
                base_url: "http://127.0.0.1:8880/v1"
                api_key: abc
                timeouts: {connect: 1s, first_byte: 2s, stall: 3s, total: 4s}
                trusted_roots: /etc/roots.pem
            """
        guard case .openAISpeech(let options) = try engine("kokoro", text) else { throw Unexpected() }
        #expect(options.name == "kokoro" && options.key != nil && options.trustedRoots == "/etc/roots.pem")
        let times = options.deadlines
        #expect(["\(times.connect)", "\(times.firstByte)", "\(times.stall)", "\(times.total)"] == ["1 s", "2 s", "3 s", "4 s"])
    }

    /// Test keys are spoken to by it: it is no upstream that costs money.
    @Test func `what is called espeak is espeak`() {
        #expect(
            faults("engines: {espeak: {kind: openai-speech, base_url: 'http://h/v1'}}") == [
                "config.yaml:1: engines.espeak.kind: expected espeak, for the engine of that name needs nothing configured, "
                    + "got \"openai-speech\""
            ])
        #expect(
            faults("engines: {x: {kind: openai-speech, base_url: 'http://h/v1', api_key: 'two words'}}") == [
                "config.yaml:1: engines.x.api_key: expected 1 to 4096 visible ASCII characters"
            ])
    }

    @Test func `routes may lead to espeak in a file that does not name it`() {
        #expect(faults("models: {tts-1: {kind: speech, price: {characters: 15}, routes: [{engine: espeak}]}}") == [])
    }

    private struct Unexpected: Error {}
}
