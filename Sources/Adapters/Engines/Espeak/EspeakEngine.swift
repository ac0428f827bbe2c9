package import Inference
package import NIOCore
import NIOPosix
import Synchronization

/// espeak-ng, in a process for each speech: the library is not safe to be called from two threads, a text that ends one process ends no other
/// speech, and its licence, the GPL, ends at the pipe.
///
/// Source: espeak-ng.1.ronn of version 1.51, and what that version was measured to do.
package final class EspeakEngine: SpeechEngine {
    package struct Options: Sendable {
        package var name: String
        /// A path, or a name that is looked for in `PATH`.
        package var program = "espeak-ng"
        /// Speeches at a time.
        package var processes = EspeakLimits.processesStandard
        /// How long a speech waits for a process.
        package var waitingTime = EspeakLimits.waitingTime
        /// For one speech, its reader's pace included.
        package var totalTime = EspeakLimits.totalTime
        var stallTime = EspeakLimits.stallTime
        var readerTime = EspeakLimits.readerTime

        package init(name: String) { self.name = name }
    }

    package let name: String
    let options: Options
    private let group: any EventLoopGroup
    private let places: ProcessPlaces
    private let known = Mutex<EspeakVoices?>(nil)

    package init(_ options: Options, group: any EventLoopGroup) {
        self.options = options
        self.group = group
        name = options.name
        places = ProcessPlaces(
            max(1, options.processes), waitingMax: EspeakLimits.waitingMax, loansMax: EspeakLimits.slowReadersMax)
    }

    package func voices() async -> [SpeechVoice] { (try? await listed())?.languages ?? [] }

    package func speak(_ order: SpeechOrder) async throws(EngineFailure) -> any SpokenAudio {
        let prompt = order.prompt
        guard let voice = try await listed().voice(named: prompt.voice, for: prompt.input) else {
            throw EngineFailure(.refusedPrompt(.voiceUnknown(prompt.voice)), detail: "there is no such voice")
        }
        let words = EspeakLimits.wordsStandard * prompt.speed
        let rate = max(words, EspeakLimits.wordsMin)
        let arguments = ["-b", "1", "-v", voice, "-s", String(Int(rate.rounded())), "--stdin", "--stdout"]
        var attempt = 1
        while true {
            do throws(EngineFailure) {
                return try await begun(try await run(arguments, input: EspeakText.bytes(of: prompt.input)), tempo: words / rate)
            } catch {
                // One that was killed before it said anything is not the text's fault.
                guard case .broken = error.kind, attempt < EspeakLimits.attemptsMax, !Task.isCancelled else { throw error }
                attempt += 1
            }
        }
    }

    /// - Returns: when the first samples are there. When it throws, nothing of the process is left.
    private func begun(_ run: ProcessRun, tempo: Double) async throws(EngineFailure) -> BegunSpeech {
        do throws(EngineFailure) {
            var head = ByteBuffer()
            while head.readableBytes <= WAVHeader.bytes, var piece = try await run.pieces.next() { head.writeBuffer(&piece) }
            guard let header = WAVHeader(&head) else { throw EngineFailure(.malformed, detail: "what came is no WAV file") }
            // What it cannot speak it passes over in silence.
            while !head.hasSound, head.readableBytes < EspeakLimits.silenceBytesMax {
                guard var piece = try await run.pieces.next() else {
                    throw EngineFailure(.refusedPrompt(.nothingToSpeak), detail: "nothing but silence came")
                }
                head.writeBuffer(&piece)
            }
            return BegunSpeech(.samples(hertz: header.hertz, tempo: tempo), first: head, rest: run.pieces, giveUp: run.stop)
        } catch {
            run.stop()
            throw error
        }
    }

    private func run(_ arguments: [String], input: [UInt8]) async throws(EngineFailure) -> ProcessRun {
        let loop = group.next()
        let place = try await places.enter(within: options.waitingTime, on: loop)
        let process: ChildProcess
        do throws(EngineFailure) { process = try await start(arguments, input: input) } catch {
            place.leave()
            throw error
        }
        return try await ProcessRun(process, at: place, options, on: loop)
    }

    /// On a thread that may wait: to start a process takes a millisecond or two.
    private func start(_ arguments: [String], input: [UInt8]) async throws(EngineFailure) -> ChildProcess {
        let result = await withCheckedContinuation {
            (continuation: CheckedContinuation<Result<ChildProcess, EngineFailure>, Never>) in
            NIOThreadPool.singleton.submit { [program = options.program] _ in
                continuation.resume(
                    returning: Result { () throws(EngineFailure) in try ChildProcess.start(program, arguments, input: input) })
            }
        }
        return try result.get()
    }

    // MARK: Voices

    /// What it has is asked once: a server that is upgraded is started anew.
    private func listed() async throws(EngineFailure) -> EspeakVoices {
        if let voices = known.withLock({ $0 }) { return voices }
        let voices = EspeakVoices(
            voices: try await output(of: ["--voices"]), variants: try await output(of: ["--voices=variant"]))
        guard !voices.languages.isEmpty else { throw EngineFailure(.misconfigured, detail: "it lists no voice") }
        known.withLock { $0 = voices }
        return voices
    }

    func output(of arguments: [String]) async throws(EngineFailure) -> String {
        let run = try await run(arguments, input: [])
        var text = ByteBuffer()
        while var piece = try await run.pieces.next() {
            text.writeBuffer(&piece)
            guard text.readableBytes <= EspeakLimits.listingBytesMax else {
                run.stop()
                throw EngineFailure(.malformed, detail: "a list longer than \(EspeakLimits.listingBytesMax) bytes")
            }
        }
        return String(buffer: text)
    }
}

extension ByteBuffer {
    /// Whether anything is heard of these samples: silence is zeros.
    fileprivate var hasSound: Bool { readableBytesView.contains { $0 != 0 } }
}
