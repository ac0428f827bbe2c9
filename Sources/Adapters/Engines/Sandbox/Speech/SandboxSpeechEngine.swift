package import Inference
import NIOCore

/// An engine that speaks for test keys: with espeak-ng where that is there, else in a melody as long as the text. On request it fails in every
/// way an engine can: the magic words are those of chat, and `after` counts pieces of audio. Guide: docs/guides/sandbox.md.
package struct SandboxSpeechEngine: SpeechEngine {
    package let name: String
    private let speaker: (any SpeechEngine)?

    /// - Parameter speaker: who speaks, if it can; nil: nobody.
    package init(name: String, speaker: (any SpeechEngine)?) {
        self.name = name
        self.speaker = speaker
    }

    package func voices() async -> [SpeechVoice] { await speaker?.voices() ?? [] }

    package func speak(_ order: SpeechOrder) async throws(EngineFailure) -> any SpokenAudio {
        let directives: SandboxDirectives
        var prompt = order.prompt
        do throws(SandboxObjection) {
            let text: String
            (directives, text) = try SandboxDirectives.read(prompt.input)
            if case .text(let other) = directives.content { prompt.input = other } else { prompt.input = text }
        } catch { throw error.failure }
        if let nanoseconds = directives.delayNanoseconds {
            do { try await Task.sleep(nanoseconds: UInt64(nanoseconds)) } catch {
                throw EngineFailure(.broken, detail: "sandbox: the caller left")
            }
        }
        if let refusal = directives.refusal { throw refusal }
        let audio = try await audio(of: SpeechOrder(prompt: prompt, model: order.model, request: order.request))
        guard let cut = directives.cut else { return audio }
        let speech = CutSpeech(audio, cut)
        // What goes wrong before the first piece goes wrong here, where another engine may still be asked.
        if cut.afterChunks == 0 { _ = try await speech.next() }
        return speech
    }

    private func audio(of order: SpeechOrder) async throws(EngineFailure) -> any SpokenAudio {
        // A text of directives alone is answered by a short one.
        guard let speaker, !order.prompt.input.isEmpty else { return SandboxMelody(of: order.prompt) }
        do throws(EngineFailure) { return try await speaker.speak(order) } catch {
            guard case .unreachable = error.kind else { throw error }
            return SandboxMelody(of: order.prompt)
        }
    }

    package func check() async -> EngineReport {
        guard let report = await speaker?.check(), report.usable else {
            return EngineReport(usable: true, summary: "speaks in tones: espeak-ng is not there", latencyMilliseconds: 0)
        }
        return EngineReport(
            usable: true, summary: "speaks with \(report.summary)", latencyMilliseconds: report.latencyMilliseconds)
    }
}
