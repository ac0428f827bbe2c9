import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Units

@testable import Engines

@Suite struct `The sandbox speaks` {
    private func order(_ text: String, speedHundredths: Int = 100) -> SpeechOrder {
        SpeechOrder(
            prompt: SpeechPrompt(model: "tts-1", input: text, voice: "alloy", speedHundredths: speedHundredths), model: "tts-1",
            request: RequestID("req_1"))
    }

    private func bytes(of audio: any SpokenAudio) async throws -> Int {
        var bytes = 0
        while let piece = try await audio.next() { bytes += piece.readableBytes }
        return bytes
    }

    @Test func `with the voice it was given, and not the magic words`() async throws {
        let speaker = ScriptedSpeechEngine([.file("a")])
        let engine = SandboxSpeechEngine(name: "sandbox", speaker: speaker)
        _ = try await bytes(of: try await engine.speak(order("Hello [sandbox: delay=1ms] there")))
        _ = try await bytes(of: try await engine.speak(order("[sandbox: say \"other words\"]")))
        #expect(speaker.orders.map(\.prompt.input) == ["Hello  there", "other words"])
    }

    @Test(arguments: [nil, ScriptedSpeechEngine([.refuse(EngineFailure(.unreachable, detail: "not installed"))])])
    func `in tones where there is no voice, as long as the text and the speed have it`(speaker: ScriptedSpeechEngine?)
        async throws
    {
        let engine = SandboxSpeechEngine(name: "sandbox", speaker: speaker)
        let audio = try await engine.speak(order("Fifteen letters"))
        #expect(audio.shape == .samples(hertz: 24_000))
        #expect(try await bytes(of: audio) == 48_000)
        #expect(try await bytes(of: try await engine.speak(order("Fifteen letters", speedHundredths: 200))) == 24_000)
    }

    @Test(arguments: [
        ("status=429", "overloaded"), ("status=401", "misconfigured"), ("status=400", "refusedPrompt 400"),
        ("unreachable", "unreachable"),
        ("break after=0", "broken"), ("malformed after=2", "malformed"), ("nonsense", "refusedPrompt 400"),
    ])
    func `and fails as it is told`(word: String, kind: String) async throws {
        let engine = SandboxSpeechEngine(name: "sandbox", speaker: ScriptedSpeechEngine([.file("a", "b", "c", "d")]))
        let failure = await #expect(throws: EngineFailure.self) {
            let audio = try await engine.speak(order("Hello [sandbox: \(word)]"))
            while try await audio.next() != nil {}
        }
        #expect(failure?.word == kind)
    }

    @Test func `and says how it is`() async {
        #expect(await SandboxSpeechEngine(name: "sandbox", speaker: nil).check().summary.contains("tones"))
        #expect(await SandboxSpeechEngine(name: "sandbox", speaker: ScriptedSpeechEngine()).check().usable)
    }
}
