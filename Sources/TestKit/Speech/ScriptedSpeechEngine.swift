package import Inference
import NIOCore
import Synchronization

/// An engine that speaks what a test says: one script for each speech, the last for all that follow.
package final class ScriptedSpeechEngine: SpeechEngine {
    package enum Step: Sendable {
        case say(String)
        /// Until the speech is given up.
        case wait
        case fail(EngineFailure)
    }

    /// What one speech is: refused at once, or begun.
    package enum Script: Sendable {
        case refuse(EngineFailure)
        case speak([Step], SpokenShape)
    }

    package let name: String
    private let scripts: [Script]
    private let state = Mutex<(orders: [SpeechOrder], stopped: Int)>(([], 0))

    package init(_ scripts: [Script] = [.file("one", "two", "three")], name: String = "speaker") {
        self.name = name
        self.scripts = scripts
    }

    package var orders: [SpeechOrder] { state.withLock { $0.orders } }
    /// How many speeches were given up.
    package var stopped: Int { state.withLock { $0.stopped } }

    package func voices() async -> [SpeechVoice] { [SpeechVoice(name: "own", language: "en")] }
    package func check() async -> EngineReport { EngineReport(usable: true, summary: "speaks as it is told") }

    package func speak(_ order: SpeechOrder) async throws(EngineFailure) -> any SpokenAudio {
        let number = state.withLock { state in
            state.orders.append(order)
            return state.orders.count - 1
        }
        switch scripts[min(number, scripts.count - 1)] {
        case .refuse(let failure): throw failure
        case .speak(let steps, let shape): return Spoken(steps, shape) { self.state.withLock { $0.stopped += 1 } }
        }
    }

    private final class Spoken: SpokenAudio {
        let shape: SpokenShape
        private let steps: [Step]
        private let place = Atomic(0)
        private let giveUp: @Sendable () -> Void

        init(_ steps: [Step], _ shape: SpokenShape, giveUp: @escaping @Sendable () -> Void) {
            self.steps = steps
            self.shape = shape
            self.giveUp = giveUp
        }

        func next() async throws(EngineFailure) -> ByteBuffer? {
            let number = place.add(1, ordering: .relaxed).oldValue
            guard number < steps.count else { return nil }
            switch steps[number] {
            case .say(let text): return ByteBuffer(string: text)
            case .fail(let failure): throw failure
            case .wait:
                try? await Task.sleep(for: .seconds(3600))
                throw EngineFailure(.broken, detail: "the reader left")
            }
        }

        func stop() { giveUp() }
    }
}

extension ScriptedSpeechEngine.Script {
    /// A file in pieces.
    package static func file(_ pieces: String...) -> ScriptedSpeechEngine.Script {
        .speak(pieces.map { .say($0) }, .file)
    }
}

/// Encoders whose files are the samples between brackets.
package struct BracketEncoders: SpeechEncoders {
    package let formats: [SpeechFormat]

    package init(formats: [SpeechFormat] = [.wav, .pcm]) { self.formats = formats }

    package func encoder(of format: SpeechFormat, hertz: Int, tempo: Double) throws(SpeechFault) -> any SpeechEncoder {
        guard formats.contains(format) else { throw SpeechFault("\(format.rawValue) is not installed") }
        return BracketEncoder()
    }
}

private final class BracketEncoder: SpeechEncoder {
    private var hasBegun = false

    func encode(_ samples: ByteBuffer, into file: inout ByteBuffer) {
        if !hasBegun { file.writeString("[") }
        hasBegun = true
        file.writeImmutableBuffer(samples)
    }

    func finish(into file: inout ByteBuffer) { file.writeString("]") }
}
