import Foundation
import Inference
import NIOCore
import NIOPosix
import Testing
import Units

@testable import Engines

/// Real espeak-ng, in real processes.
@Suite(.serialized) struct `espeak-ng` {
    static let engine = EspeakEngine(EspeakEngine.Options(name: "espeak"), group: MultiThreadedEventLoopGroup.singleton)
    var engine: EspeakEngine { Self.engine }

    static let sentence = "The quick brown fox jumps over the lazy dog, and then it sleeps."

    @Test(arguments: SpeechVoice.openAINames)
    func `has a voice for every name of OpenAI's`(name: String) async throws {
        let heard = try await spoken(Self.sentence, voice: name)
        #expect(heard.hertz == 22_050 && heard.loudness > 500)
        #expect((2.5...6).contains(heard.seconds), "\(heard.seconds) s")
    }

    @Test func `gives no two names of OpenAI's the same voice`() async throws {
        var samples: Set<[UInt8]> = []
        for name in SpeechVoice.openAINames { samples.insert(try await spoken("Hello.", voice: name).bytes) }
        #expect(samples.count == SpeechVoice.openAINames.count)
    }

    @Test(arguments: [
        ("cmn", "今天天气很好，我们去公园散步吧。"), ("ja", "こんにちは、今日はいい天気ですね。"), ("ko", "안녕하세요, 오늘은 날씨가 좋네요."),
        ("ru", "Съешь ещё этих мягких французских булок."), ("uk", "Щастя приходить до їхньої хати."),
        ("ar", "صباح الخير يا صديقي العزيز"),
        ("he", "בוקר טוב חבר יקר שלי"), ("el", "Καλημέρα αγαπητέ μου φίλε"), ("hi", "नमस्ते मेरे प्यारे दोस्त"),
        ("fa", "چگونه می‌گذرد پیش از ژاله"),
    ])
    func `speaks a script in its own voice`(language: String, text: String) async throws {
        #expect(WrittenLanguage.of(text) == language)
        let own = try await spoken(text, voice: language)
        let heard = try await spoken(text, voice: "alloy")
        #expect(heard.bytes == own.bytes)
        #expect(heard.loudness > 500 && heard.seconds > 1)
    }

    @Test(arguments: ["Guten Tag", "12345", "", "!?", "Hello 世界 and all the other things in it", "x\u{301}"])
    func `takes a text for no other language that is mostly Latin`(text: String) { #expect(WrittenLanguage.of(text) == nil) }

    @Test(arguments: ["de", "DE", "gmw/de", "German", "en-us+f3", "yue", "vi", "zh", "en", "en-gb+f1"])
    func `has its own voices by their names`(name: String) async throws {
        #expect(try await spoken("Hallo", voice: name).loudness > 300)
    }

    @Test(arguments: [
        "", "nobody", "-w/tmp/x", "en-us+nobody", "en-us+", "../../etc/passwd", "en-us; ls", "zh\u{0}", "+f3", "en-us+f3+m1",
        "!v/f3",
    ])
    func `refuses a voice that it has not`(name: String) async throws {
        let failure = await #expect(throws: EngineFailure.self) { try await spoken("Hello", voice: name) }
        guard case .refusedPrompt(let refusal) = failure?.kind else { throw failure ?? EngineFailure(.broken, detail: "") }
        #expect(refusal.status == 400 && refusal.param == "voice" && refusal.message.contains("/v1/audio/voices"))
    }

    @Test func `lists its voices, and they speak`() async throws {
        let voices = await engine.voices()
        #expect(voices.count > 100 && voices.contains(SpeechVoice(name: "cmn", language: "cmn")))
        // Some have no numbers, and say nothing of them.
        for place in stride(from: 0, to: voices.count, by: 4) {
            #expect(try await spoken("1 2 hello", voice: voices[place].name).seconds > 0.2, "\(voices[place].name)")
        }
        #expect(Set(voices.map(\.name)).count == voices.count)
    }

    /// Below 0.46 its own speed does not fall; the encoder stretches the rest.
    @Test(arguments: [25, 40, 46, 50, 75, 100, 150, 200, 300, 400])
    func `speaks as fast as it is told`(hundredths: Int) async throws {
        let natural = try await spoken(Self.sentence).seconds
        let heard = try await spoken(Self.sentence, speedHundredths: hundredths)
        let expected = natural * 100 / Double(hundredths)
        #expect(abs(heard.seconds / heard.tempo / expected - 1) < 0.15, "\(heard.seconds) s at \(heard.tempo), due \(expected)")
    }

    // MARK: Texts

    @Test(arguments: [
        "<speak>Hello <break time=\"600s\"/> there</speak>", "[[h@'loU]] and [[", "a\u{0}b\u{1}c\u{7}\u{1b}[31m\u{7f}d",
        "😀😀😀 hello 👩‍👩‍👧‍👦",
        "שלום hello مرحبا \u{202e}abc\u{202c}", "a\u{200d}\u{200d}b", String(repeating: "a", count: 4096),
        String(repeating: "ab ", count: 1365), String(repeating: "😀", count: 300), "\u{fffd}\u{feff}x", "-f /etc/passwd",
        "--help",
        String(repeating: "字", count: 500), String(repeating: "9", count: 400), "\n\n\nx\n\n\n", "e\u{301}\u{301}\u{301}\u{301}",
    ])
    func `speaks whatever it is given, and ends`(text: String) async throws {
        let heard = try await spoken(text)
        #expect(heard.seconds > 0)
    }

    @Test(arguments: [
        "!?", "...", "—", "\u{200d}", "\u{feff}\u{202e}", " \n\t ", "\u{0}\u{1}", "\u{fffd}",
        String(repeating: "\n", count: 4096),
    ])
    func `refuses a text in which nothing can be spoken`(text: String) async throws {
        let failure = await #expect(throws: EngineFailure.self) { try await spoken(text) }
        guard case .refusedPrompt(let refusal) = failure?.kind else { throw failure ?? EngineFailure(.broken, detail: "") }
        #expect(refusal.status == 400 && refusal.param == "input" && refusal.code == "nothing_to_speak")
    }

    @Test func `takes nothing in a text for an instruction`() async throws {
        // Interpreted, the pause is ten minutes, and the phonemes are one short word.
        #expect(try await spoken("<break time=\"600s\"/>").seconds < 30)
        let phonemes = try await spoken("[[h@'loU]]").seconds
        let word = try await spoken("hello").seconds
        #expect(phonemes > word * 1.3)
        #expect(EspeakText.bytes(of: "a[[b[c\u{0}\t\u{1b}") == Array("a[ [b[c \t \n".utf8))
    }

    // MARK: Processes

    @Test func `sixty-four at once are as sixty-four one after the other`() async throws {
        let texts = (0..<64).map { "This is text number \($0), " + String(repeating: "and on it goes ", count: 1 + $0 % 7) }
        var alone: [[UInt8]] = []
        for text in texts { alone.append(try await spoken(text).bytes) }
        let together = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
            for (number, text) in texts.enumerated() { group.addTask { (number, try await spoken(text).bytes) } }
            return try await group.reduce(into: [Int: [UInt8]]()) { $0[$1.0] = $1.1 }
        }
        for (number, bytes) in alone.enumerated() { #expect(together[number] == bytes, "text \(number)") }
    }

    @Test(arguments: [
        ("no-such-program", "no-such-program is not installed, or not where the configuration says"),
        ("/bin/true", "it lists no voice"),
        ("/bin/false", "espeak-ng ended with code 1"),
    ])
    func `says what is wrong with the program`(program: String, detail: String) async throws {
        var options = EspeakEngine.Options(name: "none")
        options.program = program
        let engine = EspeakEngine(options, group: MultiThreadedEventLoopGroup.singleton)
        let failure = await #expect(throws: EngineFailure.self) { try await engine.speak(order("Hello")) }
        #expect(failure?.detail == detail)
        #expect(await engine.check().usable == false)
        #expect(await engine.voices().isEmpty)
    }

    @Test func `says that it is well`() async {
        let report = await engine.check()
        #expect(report.usable && report.summary.hasPrefix("espeak-ng 1."))
    }

    // MARK: Hearing

    private func order(_ text: String, voice: String = "alloy", speedHundredths: Int = 100) -> SpeechOrder {
        SpeechOrder(
            prompt: SpeechPrompt(model: "tts-1", input: text, voice: voice, format: .wav, speedHundredths: speedHundredths),
            model: "tts-1", request: RequestID("req_1"))
    }

    private func spoken(
        _ text: String, voice: String = "alloy", speedHundredths: Int = 100, by engine: EspeakEngine = Self.engine
    ) async throws -> Heard {
        let audio = try await engine.speak(order(text, voice: voice, speedHundredths: speedHundredths))
        guard case .samples(let hertz, let tempo) = audio.shape else { throw EngineFailure(.malformed, detail: "no samples") }
        return Heard(bytes: try await bytes(of: audio), hertz: hertz, tempo: tempo)
    }

    private func bytes(of audio: any SpokenAudio) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = try await audio.next() { bytes += piece.readableBytesView }
        return bytes
    }

    private struct Heard {
        let bytes: [UInt8]
        let hertz: Int
        let tempo: Double

        var seconds: Double { Double(bytes.count / 2) / Double(hertz) }

        /// Root of the mean square of every twentieth sample.
        var loudness: Double {
            let squares = stride(from: 0, to: bytes.count - 1, by: 40).map { place in
                Double(Int16(bitPattern: UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8))
            }.map { $0 * $0 }
            return (squares.reduce(0, +) / Double(max(1, squares.count))).squareRoot()
        }
    }
}
