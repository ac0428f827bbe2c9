import Foundation
import Inference
import NIOCore
import NIOPosix
import Testing
import Units

@testable import Engines

/// What becomes of processes that are killed, hang, are kept waiting or are wanted no more.
@Suite(.serialized) struct `Processes of espeak-ng` {
    static let sentence = "The quick brown fox jumps over the lazy dog, and then it sleeps."
    static let long = String(repeating: sentence + " ", count: 25)

    // MARK: Real ones

    @Test func `one that is killed in mid-speech takes no other with it`() async throws {
        let engine = engine()
        let victim = try await engine.speak(order(Self.long, speedHundredths: 103))
        let other = try await engine.speak(order(Self.long, speedHundredths: 104))
        let process = try #require(children(speedHundredths: 103).first)
        #expect(kill(process, SIGKILL) == 0)
        let failure = await #expect(throws: EngineFailure.self) { while try await victim.next() != nil {} }
        #expect(failure?.detail == "espeak-ng ended by signal 9")
        let whole = try await bytes(of: other)
        #expect(whole == (try await bytes(of: engine.speak(order(Self.long, speedHundredths: 104)))))
        #expect(try await bytes(of: engine.speak(order("It goes on."))).readableBytes > 0)
    }

    @Test func `leaves none behind, whether it is heard to the end, given up or dropped`() async throws {
        let engine = engine()
        for number in 0..<12 {
            let audio = try await engine.speak(order(Self.long, speedHundredths: 105))
            switch number % 4 {
            case 0: audio.stop()
            case 1: while try await audio.next() != nil {}
            case 2:
                let reader = Task { while try await audio.next() != nil { try await Task.sleep(for: .milliseconds(1)) } }
                reader.cancel()
                _ = try? await reader.value
            default: _ = try await audio.next()
            }
        }
        for _ in 0..<200 where !children(speedHundredths: 105).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(children(speedHundredths: 105).isEmpty)
    }

    /// What happens to them all when the server is gone.
    @Test func `dies when nobody is there to read`() async throws {
        let input = Array((Self.long + "\n").utf8)
        let process = try ChildProcess.start("espeak-ng", ["-b", "1", "-v", "gmw/en-US", "--stdin", "--stdout"], input: input)
        close(process.output)
        #expect(await end(of: process) == "ended by signal \(SIGPIPE)")
    }

    @Test func `reads a text of any length without anybody's waiting for it`() async throws {
        let input = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let process = try ChildProcess.start("/usr/bin/wc", ["-c"], input: input)
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(process.output, &bytes, bytes.count)
        close(process.output)
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "1048576\n")
        #expect(await end(of: process) == nil)
    }

    @Test func `waits in line when all places are taken, and gives up when its caller does`() async throws {
        let engine = engine { $0.processes = 1 }
        let first = try await engine.speak(order(Self.long))
        let second = Task { try await bytes(of: engine.speak(order("Second."))) }
        let third = Task { try await bytes(of: engine.speak(order("Third."))) }
        try await Task.sleep(for: .milliseconds(50))
        second.cancel()
        await #expect(throws: EngineFailure.self) { try await second.value }
        first.stop()
        #expect(try await third.value.readableBytes > 0)
    }

    @Test func `lets another run while its reader is slow, and is heard to its end nevertheless`() async throws {
        let engine = engine {
            $0.processes = 1
            $0.readerTime = .milliseconds(50)
        }
        let slow = try await engine.speak(order(Self.long))
        #expect(try await bytes(of: engine.speak(order("Next, please."))).readableBytes > 0)
        let heard = try await bytes(of: slow)
        #expect(heard == (try await bytes(of: engine.speak(order(Self.long)))))
    }

    @Test func `is not waited for longer than it is allowed to`() async throws {
        let engine = engine {
            $0.processes = 1
            $0.waitingTime = .milliseconds(50)
        }
        let first = try await engine.speak(order(Self.long))
        let failure = await #expect(throws: EngineFailure.self) { try await engine.speak(order("Second.")) }
        guard case .overloaded = failure?.kind else { throw failure ?? EngineFailure(.broken, detail: "") }
        first.stop()
    }

    @Test func `is ended at its deadline, though its reader sleeps`() async throws {
        let engine = engine { $0.totalTime = .milliseconds(300) }
        let failure = await #expect(throws: EngineFailure.self) {
            let audio = try await engine.speak(order(Self.long, speedHundredths: 106))
            try await Task.sleep(for: .milliseconds(600))
            while try await audio.next() != nil {}
        }
        guard case .timedOut = failure?.kind else { throw failure ?? EngineFailure(.broken, detail: "") }
        for _ in 0..<100 where !children(speedHundredths: 106).isEmpty { try await Task.sleep(for: .milliseconds(20)) }
        #expect(children(speedHundredths: 106).isEmpty)
    }

    // MARK: Ill ones

    @Test(arguments: [
        ("sleep 100", "timedOut nothing was said in 1 s"), ("spoken; sleep 100", "timedOut nothing was said in 1 s"),
        ("spoken; exit 3", "broken espeak-ng ended with code 3"),
        ("spoken; kill -SEGV $$", "broken espeak-ng ended by signal 11"),
        ("echo This is no sound, and it is longer than the header of a file", "malformed what came is no WAV file"),
    ])
    func `one that is ill fails its own speech`(does: String, failure: String) async throws {
        let program = try IllProgram(does)
        let engine = engine {
            $0.program = program.path
            $0.stallTime = .seconds(1)
        }
        let found = await #expect(throws: EngineFailure.self) { try await bytes(of: engine.speak(order("Hello"))) }
        #expect(found.map { "\($0.kind) \($0.detail)" } == failure)
    }

    @Test func `one that ends before it has said anything is tried once more`() async throws {
        let program = try IllProgram("[ -e \"$0.tried\" ] && spoken && exit 0; touch \"$0.tried\"; kill -KILL $$")
        let engine = engine { $0.program = program.path }
        #expect(try await bytes(of: engine.speak(order("Hello"))) == ByteBuffer(string: "abcdefgh"))
    }

    // MARK: Hearing

    private func engine(_ change: (inout EspeakEngine.Options) -> Void = { _ in }) -> EspeakEngine {
        var options = EspeakEngine.Options(name: "own")
        change(&options)
        return EspeakEngine(options, group: MultiThreadedEventLoopGroup.singleton)
    }

    private func order(_ text: String, speedHundredths: Int = 100) -> SpeechOrder {
        SpeechOrder(
            prompt: SpeechPrompt(model: "tts-1", input: text, voice: "alloy", format: .wav, speedHundredths: speedHundredths),
            model: "tts-1", request: RequestID("req_1"))
    }

    private func bytes(of audio: any SpokenAudio) async throws -> ByteBuffer {
        var bytes = ByteBuffer()
        while var piece = try await audio.next() { bytes.writeBuffer(&piece) }
        return bytes
    }

    private func end(of process: ChildProcess) async -> String? {
        await withCheckedContinuation { continuation in process.whenEnded { continuation.resume(returning: $0) } }
    }

    /// The processes of this one, zombies included, that speak at a speed that no other test asks for.
    private func children(speedHundredths: Int) -> [pid_t] {
        let rate = String(Int((1.75 * Double(speedHundredths)).rounded()))
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { pid_t($0) }.filter { id in
            guard let words = try? String(contentsOfFile: "/proc/\(id)/cmdline", encoding: .utf8).split(separator: "\0"),
                words.first?.hasSuffix("espeak-ng") == true
            else { return false }
            return words.contains { $0 == rate }
        }
    }
}

/// A program in espeak-ng's place that lists its voices and then does something else.
private final class IllProgram {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("ill-\(UUID())").path

    init(_ does: String) throws {
        // The header of a file of 22,050 samples a second, and four samples.
        let header = "RIFF\\377\\377\\377\\377WAVEfmt \\020\\0\\0\\0\\001\\0\\001\\0\\042V\\0\\0D\\254\\0\\0\\002\\0\\020\\0data"
        let text = """
            #!/bin/sh
            case "$1" in --v*) exec espeak-ng "$1" ;; esac
            spoken() { printf '\(header)\\377\\377\\377\\377abcdefgh'; }
            \(does)
            """
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
    }

    deinit { for file in [path, "\(path).tried"] { try? FileManager.default.removeItem(atPath: file) } }
}
