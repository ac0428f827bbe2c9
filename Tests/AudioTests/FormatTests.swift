import Foundation
import Inference
import NIOCore
import Testing

@testable import Audio

@Suite(.serialized) struct `Encoders of speech` {
    let encoders = LibraryEncoders()

    @Test func `write every format here`() { #expect(encoders.formats == SpeechFormat.allCases) }

    @Test(arguments: [
        (SpeechFormat.mp3, "mp3 24000 1"), (.opus, "opus 48000 1"), (.aac, "aac 24000 1"), (.flac, "flac 24000 1"),
        (.wav, "pcm_s16le 24000 1"), (.pcm, "pcm_s16le 24000 1"),
    ])
    func `make files that others read: the same tone, as long, as loud`(format: SpeechFormat, form: String) async throws {
        for hertz in [22_050, 24_000] {
            let heard = try await Heard(try await file(tone(seconds: 2, hertz: hertz), format, hertz), as: format)
            #expect(heard.form == form)
            #expect(abs(heard.seconds - 2) < 0.13, "\(hertz): \(heard.seconds) s")
            #expect(abs(heard.pitch - 440) < 4, "\(hertz): \(heard.pitch) Hz")
            #expect((6_000...8_000).contains(heard.loudness), "\(hertz): \(heard.loudness)")
        }
    }

    /// Another reader than ffmpeg, which is stricter about headers.
    @Test(arguments: [SpeechFormat.mp3, .flac, .wav])
    func `make files that sox reads`(format: SpeechFormat) async throws {
        let seconds = try await Heard.seconds(bySox: try await file(tone(seconds: 2, hertz: 22_050), format, 22_050), as: format)
        #expect(abs(seconds - 2) < 0.13, "\(seconds) s")
    }

    @Test(arguments: [16_000, 44_100, 48_000])
    func `make one rate of many`(hertz: Int) async throws {
        let heard = try await Heard(try await file(tone(seconds: 1, hertz: hertz), .pcm, hertz), as: .pcm)
        #expect(abs(heard.seconds - 1) < 0.001 && abs(heard.pitch - 440) < 4)
    }

    /// The ear hears 16 bits: what is not the tone is 80 dB below it.
    @Test func `resample without a noise of their own`() async throws {
        let samples = try await file(tone(seconds: 0.5, hertz: 22_050), .pcm, 22_050)
        let noise = (1_000..<11_000).reduce(0.0) { sum, place in
            let sample = samples.getInteger(at: place * 2, endianness: .little, as: Int16.self) ?? 0
            let due = sin(Double(place) / 24_000 * 440 * 2 * .pi) * 10_000
            return sum + (Double(sample) - due) * (Double(sample) - due)
        }
        #expect((noise / 10_000).squareRoot() < 1, "of 7,071")
    }

    /// A hiss or a click at a seam would be there in one and not in the other.
    @Test(arguments: SpeechFormat.allCases)
    func `make the same of samples however they are cut`(format: SpeechFormat) async throws {
        let sound = tone(seconds: 0.2, hertz: 22_050)
        let whole = try await Heard(try await file(sound, format, 22_050, piece: sound.readableBytes), as: format).samples
        for piece in [1, 4096] {
            let cut = try await Heard(try await file(sound, format, 22_050, piece: piece), as: format).samples
            #expect(cut == whole, "pieces of \(piece)")
        }
    }

    @Test(arguments: [0.55, 0.8, 1.6])
    func `stretch time and keep the pitch`(tempo: Double) async throws {
        let heard = try await Heard(try await file(tone(seconds: 2, hertz: 22_050), .wav, 22_050, tempo: tempo), as: .wav)
        #expect(abs(heard.seconds - 2 / tempo) < 0.1)
        #expect(abs(heard.pitch - 440) < 6)
    }

    @Test(arguments: SpeechFormat.allCases)
    func `give their first bytes before the last sample has come`(format: SpeechFormat) throws {
        let encoder = try encoders.encoder(of: format, hertz: 22_050, tempo: 1)
        let sound = tone(seconds: 1, hertz: 22_050)
        var file = ByteBuffer()
        try encoder.encode(sound, into: &file)
        #expect(file.readableBytes > 0)
    }

    @Test(arguments: SpeechFormat.allCases)
    func `can be dropped in the middle`(format: SpeechFormat) throws {
        for _ in 0..<5 {
            let encoder = try encoders.encoder(of: format, hertz: 22_050, tempo: 0.7)
            var file = ByteBuffer()
            try encoder.encode(tone(seconds: 0.3, hertz: 22_050), into: &file)
        }
    }

    @Test(arguments: SpeechFormat.allCases)
    func `write what little there is`(format: SpeechFormat) async throws {
        for bytes in 0...3 {
            _ = try await file(ByteBuffer(repeating: 1, count: bytes), format, 22_050)
        }
    }

    @Test func `name the library that is missing`() {
        #expect(throws: SpeechFault("libnothing.so.7 is not installed")) { try SharedLibrary("libnothing.so.7") }
    }

    // MARK: Sounds

    private func tone(seconds: Double, hertz: Int) -> ByteBuffer {
        var bytes = ByteBuffer()
        for sample in 0..<Int(seconds * Double(hertz)) {
            let value = sin(Double(sample) / Double(hertz) * 440 * 2 * .pi) * 10_000
            bytes.writeInteger(Int16(value), endianness: .little)
        }
        return bytes
    }

    private func file(
        _ sound: ByteBuffer, _ format: SpeechFormat, _ hertz: Int, piece: Int = 4096, tempo: Double = 1
    ) async throws -> ByteBuffer {
        // On a thread that may work for long: others' tests run on those that may not.
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try made(sound, format, hertz, piece, tempo) })
            }
        }
    }

    private func made(
        _ sound: ByteBuffer, _ format: SpeechFormat, _ hertz: Int, _ piece: Int, _ tempo: Double
    ) throws -> ByteBuffer {
        let encoder = try encoders.encoder(of: format, hertz: hertz, tempo: tempo)
        var (sound, file) = (sound, ByteBuffer())
        while let some = sound.readSlice(length: min(piece, max(1, sound.readableBytes))) {
            try encoder.encode(some, into: &file)
        }
        try encoder.finish(into: &file)
        return file
    }
}
