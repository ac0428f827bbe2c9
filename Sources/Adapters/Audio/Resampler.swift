import CSoxr
import Inference

/// Samples of another rate, by libsoxr. Source: soxr.h of version 0.1.3.
final class Resampler: SampleFilter {
    private struct Library: Sendable {
        typealias State = OpaquePointer
        let create:
            @Sendable @convention(c) (
                Double, Double, CUnsignedInt, UnsafeMutablePointer<UnsafePointer<CChar>?>, UnsafePointer<soxr_io_spec_t>,
                UnsafeRawPointer?, UnsafeRawPointer?
            ) -> State?
        let process:
            @Sendable @convention(c) (
                State, UnsafePointer<Int16>?, Int, UnsafeMutablePointer<Int>?, UnsafeMutablePointer<Int16>?, Int,
                UnsafeMutablePointer<Int>
            ) -> UnsafePointer<CChar>?
        let delete: @Sendable @convention(c) (State) -> Void

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libsoxr.so.0")
            create = try library.function("soxr_create")
            process = try library.function("soxr_process")
            delete = try library.function("soxr_delete")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    private let library: Library
    private let state: Library.State

    init(from: Int, to: Int) throws(SpeechFault) {
        library = try Library.opened.get()
        // Without dither, which would be another noise each time. Without a wish for quality it is high: 20 bits.
        var form = soxr_io_spec_t(
            itype: SOXR_INT16_I, otype: SOXR_INT16_I, scale: 1, e: nil, flags: UInt(SOXR_NO_DITHER))
        var error: UnsafePointer<CChar>?
        guard let state = library.create(Double(from), Double(to), 1, &error, &form, nil, nil) else {
            throw SpeechFault("libsoxr: \(error.map { String(cString: $0) } ?? "no memory")")
        }
        self.state = state
    }

    deinit { library.delete(state) }

    func pass(_ samples: [Int16]) throws(SpeechFault) -> [Int16] {
        // No samples and no more samples are one to the library.
        guard !samples.isEmpty else { return [] }
        return try samples.withUnsafeBufferPointer { input throws(SpeechFault) in try convert(input) }
    }

    func rest() throws(SpeechFault) -> [Int16] { try convert(nil) }

    /// - Parameter input: nil: there is no more.
    private func convert(_ input: UnsafeBufferPointer<Int16>?) throws(SpeechFault) -> [Int16] {
        let given = input?.count ?? 0
        var made: [Int16] = []
        var used = 0
        while true {
            var (taken, written) = (0, 0)
            var error: UnsafePointer<CChar>?
            let some = [Int16](unsafeUninitializedCapacity: Resampler.room) { output, count in
                let next = input?.baseAddress.map { $0 + used }
                error = library.process(state, next, given - used, &taken, output.baseAddress, output.count, &written)
                count = written
            }
            if let error { throw SpeechFault("libsoxr: \(String(cString: error))") }
            made += some
            used += taken
            if written < Resampler.room, used == given { return made }
        }
    }

    /// Samples that are made at a time.
    private static let room = 16_384
}
