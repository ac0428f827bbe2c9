import CSampleRate
import Inference

/// Samples of another rate, by libsamplerate. Source: <https://libsndfile.github.io/libsamplerate/api_full.html>.
final class Resampler: SampleFilter {
    private struct Library: Sendable {
        let create: @Sendable @convention(c) (CInt, CInt, UnsafeMutablePointer<CInt>) -> OpaquePointer?
        let process: @Sendable @convention(c) (OpaquePointer, UnsafeMutablePointer<SRC_DATA>) -> CInt
        let delete: @Sendable @convention(c) (OpaquePointer) -> OpaquePointer?

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libsamplerate.so.0")
            create = try library.function("src_new")
            process = try library.function("src_process")
            delete = try library.function("src_delete")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    private let library: Library
    private let state: OpaquePointer
    private let ratio: Double

    init(from: Int, to: Int) throws(SpeechFault) {
        library = try Library.opened.get()
        var error: CInt = 0
        // The fastest of the good ones: 97 dB of signal to noise, more than 16 bits of speech have.
        guard let state = library.create(CInt(SRC_SINC_FASTEST), 1, &error) else {
            throw SpeechFault("libsamplerate: error \(error)")
        }
        self.state = state
        ratio = Double(to) / Double(from)
    }

    deinit { _ = library.delete(state) }

    func pass(_ samples: [Int16]) throws(SpeechFault) -> [Int16] { try convert(samples, isLast: false) }

    func rest() throws(SpeechFault) -> [Int16] { try convert([], isLast: true) }

    private func convert(_ samples: [Int16], isLast: Bool) throws(SpeechFault) -> [Int16] {
        let input = samples.map { Float($0) / 32_768 }
        var output = [Float](repeating: 0, count: Resampler.room)
        var made: [Int16] = []
        var used = 0
        while true {
            var error: CInt = 0
            var count = 0
            input.withUnsafeBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    var data = SRC_DATA()
                    data.data_in = input.baseAddress.map { $0 + used }
                    data.input_frames = input.count - used
                    data.data_out = output.baseAddress
                    data.output_frames = output.count
                    data.end_of_input = isLast ? 1 : 0
                    data.src_ratio = ratio
                    error = library.process(state, &data)
                    used += data.input_frames_used
                    count = data.output_frames_gen
                }
            }
            guard error == 0 else { throw SpeechFault("libsamplerate: error \(error)") }
            made += output[..<count].lazy.map { Int16(max(-32_768, min(32_767, ($0 * 32_768).rounded()))) }
            if count == 0, used == input.count { return made }
        }
    }

    /// Samples that are made at a time.
    private static let room = 4096
}
