import Inference
import NIOCore
import Synchronization

/// A text in tones: one for each character, the same for the same text, as long as a voice would take.
final class SandboxMelody: SpokenAudio {
    let shape = SpokenShape.samples(hertz: SandboxMelody.hertz)
    private let tones: [Int]
    private let samplesOfTone: Int
    private let place = Atomic(0)

    private static let hertz = 24_000
    /// Characters a second of natural speech.
    private static let charactersASecond = 15.0
    /// Of 32,767: a quiet tone.
    private static let loudness = 6_000
    /// Of a tone that nobody asked for by a character.
    private static let shortest = "sandbox"

    init(of prompt: SpeechPrompt) {
        let text = prompt.input.isEmpty ? SandboxMelody.shortest : prompt.input
        // Two octaves of whole numbers of hertz; white space is silent.
        tones = text.unicodeScalars.map { $0.properties.isWhitespace ? 0 : 220 + Int($0.value % 36) * 18 }
        samplesOfTone = Int(Double(SandboxMelody.hertz) / SandboxMelody.charactersASecond / prompt.speed)
    }

    func next() async throws(EngineFailure) -> ByteBuffer? {
        let number = place.add(1, ordering: .relaxed).oldValue
        guard number < tones.count else { return nil }
        var bytes = ByteBuffer()
        for sample in 0..<samplesOfTone { bytes.writeInteger(value(at: sample, tones[number]), endianness: .little) }
        return bytes
    }

    /// A triangle, faded in and out so that nothing clicks.
    private func value(at sample: Int, _ tone: Int) -> Int16 {
        guard tone > 0 else { return 0 }
        let period = SandboxMelody.hertz / tone
        let phase = sample % period
        let height = SandboxMelody.loudness * (abs(phase * 4 - period * 2) - period) / period
        let fade = min(sample, samplesOfTone - 1 - sample, 200)
        return Int16(height * fade / 200)
    }

    func stop() {}
}
