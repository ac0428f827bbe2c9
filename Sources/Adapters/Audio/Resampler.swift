import Inference

/// Samples of another rate, by libspeexdsp: an eighth of the processor time that libsamplerate's fastest converter takes, with less than what
/// 16 bits of speech can tell apart. Source: speex_resampler.h of version 1.2.
final class Resampler: SampleFilter {
    private struct Library: Sendable {
        typealias Count = UnsafeMutablePointer<UInt32>

        let create: @Sendable @convention(c) (UInt32, UInt32, UInt32, CInt, UnsafeMutablePointer<CInt>) -> OpaquePointer?
        let skipZeros: @Sendable @convention(c) (OpaquePointer) -> CInt
        let latency: @Sendable @convention(c) (OpaquePointer) -> CInt
        let process:
            @Sendable @convention(c) (
                OpaquePointer, UInt32, UnsafePointer<Int16>?, Count, UnsafeMutablePointer<Int16>?, Count
            ) -> CInt
        let destroy: @Sendable @convention(c) (OpaquePointer) -> Void

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libspeexdsp.so.1")
            create = try library.function("speex_resampler_init")
            skipZeros = try library.function("speex_resampler_skip_zeros")
            latency = try library.function("speex_resampler_get_input_latency")
            process = try library.function("speex_resampler_process_int")
            destroy = try library.function("speex_resampler_destroy")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    /// Of 0 to 10: 128 taps, more than 90 dB between signal and noise.
    private static let quality: CInt = 7

    private let library: Library
    private let state: OpaquePointer
    private let ratio: Double

    init(from: Int, to: Int) throws(SpeechFault) {
        library = try Library.opened.get()
        var error: CInt = 0
        guard let state = library.create(1, UInt32(from), UInt32(to), Resampler.quality, &error) else {
            throw SpeechFault("libspeexdsp: error \(error)")
        }
        self.state = state
        ratio = Double(to) / Double(from)
        // The filter's own delay would be silence in front.
        _ = library.skipZeros(state)
    }

    deinit { library.destroy(state) }

    func pass(_ samples: [Int16]) throws(SpeechFault) -> [Int16] {
        var made: [Int16] = []
        var used = 0
        while used < samples.count {
            var (taken, given) = (UInt32(samples.count - used), UInt32(0))
            let room = Int(Double(taken) * ratio) + 64
            var error: CInt = 0
            let some = [Int16](unsafeUninitializedCapacity: room) { output, written in
                given = UInt32(room)
                error = samples.withUnsafeBufferPointer { input in
                    library.process(state, 0, input.baseAddress.map { $0 + used }, &taken, output.baseAddress, &given)
                }
                written = Int(given)
            }
            guard error == 0, taken > 0 || given > 0 else { throw SpeechFault("libspeexdsp: error \(error)") }
            used += Int(taken)
            made = made.isEmpty ? some : made + some
        }
        return made
    }

    /// What the filter still holds back is pushed out by silence.
    func rest() throws(SpeechFault) -> [Int16] { try pass([Int16](repeating: 0, count: Int(library.latency(state)))) }
}
