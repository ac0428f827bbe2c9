import Inference
import NIOCore
import NIOPosix
import Testing
import Units

@testable import Engines

@Suite struct `A sandbox that speaks` {
    /// Without espeak-ng.
    let alone = SandboxSpeechEngine(name: "sandbox", speaker: nil)

    @Test func `makes of the same text the same melody, as long as the text and as slow as it is told`() async throws {
        let heard = try await bytes("Hello world", by: alone)
        #expect(heard == (try await bytes("Hello world", by: alone)))
        #expect(heard != (try await bytes("Hello earth", by: alone)))
        #expect(heard.readableBytesView.contains { $0 != 0 })
        #expect(try await bytes("Hello worldHello world", by: alone).readableBytes == heard.readableBytes * 2)
        #expect(try await bytes("Hello world", speedHundredths: 50, by: alone).readableBytes == heard.readableBytes * 2)
        #expect(try await bytes("Hello world", speedHundredths: 400, by: alone).readableBytes == heard.readableBytes / 4)
    }

    @Test func `speaks with espeak-ng where it is there, and in tones where it is not`() async throws {
        let espeak = EspeakEngine(EspeakEngine.Options(name: "espeak"), group: MultiThreadedEventLoopGroup.singleton)
        let spoken = try await bytes("Hello", by: espeak)
        #expect(try await bytes("Hello [sandbox: pace=0]", by: SandboxSpeechEngine(name: "sandbox", speaker: espeak)) == spoken)

        var options = EspeakEngine.Options(name: "espeak")
        options.program = "no-such-program"
        let missing = SandboxSpeechEngine(
            name: "sandbox", speaker: EspeakEngine(options, group: MultiThreadedEventLoopGroup.singleton))
        #expect(try await bytes("Hello", by: missing) == (try await bytes("Hello", by: alone)))
        #expect(await missing.check().usable)
    }

    @Test func `does not speak its magic words`() async throws {
        let plain = try await bytes("Hello", by: alone)
        #expect(try await bytes("[sandbox: delay=1ms] Hello", by: alone) == plain)
        #expect(try await bytes("Good bye [sandbox: say Hello]", by: alone) == plain)
        #expect(try await bytes("[sandbox: pace=0]", by: alone).readableBytes > 0)
    }

    @Test(arguments: [
        ("status=429", "overloaded"), ("status=401", "misconfigured"), ("status=504", "timedOut"), ("unreachable", "unreachable"),
        ("break after=0", "broken"), ("malformed after=0", "malformed"),
    ])
    func `fails before it begins`(words: String, kind: String) async throws {
        let failure = await #expect(throws: EngineFailure.self) { try await alone.speak(order("Hello [sandbox: \(words)]")) }
        #expect(failure.map { "\($0.kind)" } == kind)
    }

    @Test(arguments: [("break after=3", "broken"), ("malformed after=3", "malformed")])
    func `fails on its way`(words: String, kind: String) async throws {
        let audio = try await alone.speak(order("Hello [sandbox: \(words)]"))
        for _ in 0..<3 { #expect(try await audio.next() != nil) }
        let failure = await #expect(throws: EngineFailure.self) { try await audio.next() }
        #expect(failure.map { "\($0.kind)" } == kind)
    }

    @Test func `stalls until its reader leaves`() async throws {
        let audio = try await alone.speak(order("Hello [sandbox: stall after=1]"))
        #expect(try await audio.next() != nil)
        let waiting = Task { try await audio.next() }
        try await Task.sleep(for: .milliseconds(50))
        waiting.cancel()
        await #expect(throws: EngineFailure.self) { try await waiting.value }
    }

    @Test(arguments: ["[sandbox: sing]", "[sandbox: status=200]", "[sandbox: delay"])
    func `refuses magic words that it cannot follow`(words: String) async throws {
        let failure = await #expect(throws: EngineFailure.self) { try await alone.speak(order("Hello \(words)")) }
        guard case .refusedPrompt(let refusal) = failure?.kind else { throw failure ?? EngineFailure(.broken, detail: "") }
        #expect(refusal.status == 400 && !refusal.message.isEmpty)
    }

    private func order(_ text: String, speedHundredths: Int = 100) -> SpeechOrder {
        SpeechOrder(
            prompt: SpeechPrompt(model: "tts-1", input: text, voice: "alloy", speedHundredths: speedHundredths), model: "tts-1",
            request: RequestID("req_1"))
    }

    private func bytes(_ text: String, speedHundredths: Int = 100, by engine: any SpeechEngine) async throws -> ByteBuffer {
        let audio = try await engine.speak(order(text, speedHundredths: speedHundredths))
        var bytes = ByteBuffer()
        while var piece = try await audio.next() { bytes.writeBuffer(&piece) }
        return bytes
    }
}
