import Foundation
import Inference
import NIOCore
import Testing

/// A file of sound as ffmpeg, which is not ours, understands it.
struct Heard {
    /// Codec, rate and channels as ffprobe says, such as `mp3 24000 1`.
    let form: String
    /// At 24 kHz, one channel.
    let samples: [Int16]

    static let hertz = 24_000

    var seconds: Double { Double(samples.count) / Double(Heard.hertz) }

    /// Root of the mean square, of 32,768.
    var loudness: Double {
        (samples.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, samples.count))).squareRoot()
    }

    /// Of a tone: half the changes of sign a second, in the middle half, where no codec is still at its beginning.
    var pitch: Double {
        let middle = samples[samples.count / 4..<samples.count * 3 / 4]
        let changes = zip(middle, middle.dropFirst()).count { ($0 < 0) != ($1 < 0) }
        return Double(changes) / 2 / (Double(middle.count) / Double(Heard.hertz))
    }

    init(_ file: ByteBuffer, as format: SpeechFormat) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("speech-\(UUID()).\(format.rawValue)").path
        try Data(file.readableBytesView).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let raw = format == .pcm ? ["-f", "s16le", "-ar", "24000", "-ac", "1"] : []
        let about = try await Heard.run(
            "ffprobe",
            ["-v", "error"] + raw + ["-show_entries", "stream=codec_name,sample_rate,channels", "-of", "csv=p=0", path])
        form = String(decoding: about, as: UTF8.self).split(whereSeparator: { ",\n".contains($0) }).joined(separator: " ")
        // A stream of WAV cannot know its length, and ffmpeg holds that against its last packet.
        let strict = format == .wav ? [] : ["-xerror"]
        let decoded = try await Heard.run(
            "ffmpeg", ["-v", "error"] + strict + raw + ["-i", path, "-f", "s16le", "-ar", "24000", "-ac", "1", "-"])
        samples = decoded.withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
    }

    static func seconds(bySox file: ByteBuffer, as format: SpeechFormat) async throws -> Double {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("speech-\(UUID()).\(format.rawValue)").path
        try Data(file.readableBytesView).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let decoded = try await run("sox", [path, "-t", "raw", "-r", "24000", "-e", "signed", "-b", "16", "-c", "1", "-"])
        return Double(decoded.count) / 2 / Double(hertz)
    }

    /// On a thread that may wait: others' tests run on those that may not.
    private static func run(_ program: String, _ arguments: [String]) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try output(of: program, arguments) }) }
        }
    }

    private static func output(of program: String, _ arguments: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(program) refused it")
        return data
    }
}
