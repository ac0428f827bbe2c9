package import Inference

/// Encoders that work with the system's codecs. It keeps nothing, so one serves everybody.
package struct LibraryEncoders: SpeechEncoders {
    package init() {}

    package var formats: [SpeechFormat] {
        SpeechFormat.allCases.filter { format in
            do throws(SpeechFault) {
                _ = try LibraryEncoders.writer(of: format)
                return true
            } catch { return false }
        }
    }

    /// - Throws: when a library that it needs is not installed, or fails.
    package func encoder(of format: SpeechFormat, hertz: Int, tempo: Double) throws(SpeechFault) -> any SpeechEncoder {
        // Opus demands a rate that its library makes of ours by itself.
        let rate = format == .opus ? hertz : format.hertz
        var filters: [any SampleFilter] = []
        if tempo != 1 { filters.append(try TimeStretch(hertz: hertz, tempo: tempo)) }
        if rate != hertz { filters.append(try Resampler(from: hertz, to: rate)) }
        return SampleEncoder(through: filters, writer: try LibraryEncoders.writer(of: format, hertz: rate))
    }

    private static func writer(of format: SpeechFormat, hertz: Int = 24_000) throws(SpeechFault) -> any SampleWriter {
        switch format {
        case .mp3: try MP3Writer(hertz: hertz)
        case .opus: try OpusWriter(hertz: hertz)
        case .aac: try AACWriter(hertz: hertz)
        case .flac: try FLACWriter(hertz: hertz)
        case .wav: WAVWriter(hertz: hertz)
        case .pcm: PCMWriter()
        }
    }
}
