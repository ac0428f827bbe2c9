import Inference
import NIOCore

/// MP3 by LAME. Source: lame.h of version 3.100.
final class MP3Writer: SampleWriter {
    private struct Library: Sendable {
        typealias Setter = @Sendable @convention(c) (OpaquePointer, CInt) -> CInt
        typealias Samples = UnsafePointer<Int16>?
        typealias Bytes = UnsafeMutablePointer<UInt8>?

        let create: @Sendable @convention(c) () -> OpaquePointer?
        let setters: [(function: Setter, value: CInt?)]
        let begin: @Sendable @convention(c) (OpaquePointer) -> CInt
        let encode: @Sendable @convention(c) (OpaquePointer, Samples, Samples, CInt, Bytes, CInt) -> CInt
        let flush: @Sendable @convention(c) (OpaquePointer, Bytes, CInt) -> CInt
        let close: @Sendable @convention(c) (OpaquePointer) -> CInt

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libmp3lame.so.0")
            create = try library.function("lame_init")
            setters = [
                (try library.function("lame_set_in_samplerate"), nil), (try library.function("lame_set_out_samplerate"), nil),
                (try library.function("lame_set_num_channels"), 1),
                // MPEG_mode: one channel.
                (try library.function("lame_set_mode"), 3), (try library.function("lame_set_brate"), MP3Writer.kilobits),
                // 0 is best and slowest, 9 worst.
                (try library.function("lame_set_quality"), 7),
                // A frame that is written last and belongs first, which a stream cannot have.
                (try library.function("lame_set_bWriteVbrTag"), 0),
            ]
            begin = try library.function("lame_init_params")
            encode = try library.function("lame_encode_buffer")
            flush = try library.function("lame_encode_flush")
            close = try library.function("lame_close")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    /// A second: speech of one channel is transparent at less.
    private static let kilobits: CInt = 64

    private let library: Library
    private let state: OpaquePointer

    init(hertz: Int) throws(SpeechFault) {
        library = try Library.opened.get()
        guard let state = library.create() else { throw SpeechFault("LAME: no memory") }
        self.state = state
        for (set, value) in library.setters where set(state, value ?? CInt(hertz)) != 0 {
            throw SpeechFault("LAME: a setting was refused")
        }
        guard library.begin(state) == 0 else { throw SpeechFault("LAME: the settings were refused") }
    }

    deinit { _ = library.close(state) }

    func write(_ samples: [Int16], into file: inout ByteBuffer) throws(SpeechFault) {
        // The bound of lame.h.
        let most = samples.count * 5 / 4 + 7200
        try append(most, to: &file) { library.encode(state, samples, nil, CInt(samples.count), $0, CInt(most)) }
    }

    func finish(into file: inout ByteBuffer) throws(SpeechFault) {
        try append(7200, to: &file) { library.flush(state, $0, 7200) }
    }

    private func append(
        _ most: Int, to file: inout ByteBuffer, _ write: (UnsafeMutablePointer<UInt8>?) -> CInt
    ) throws(SpeechFault) {
        var result: CInt = 0
        file.writeWithUnsafeMutableBytes(minimumWritableBytes: most) { bytes in
            result = write(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            return max(0, Int(result))
        }
        guard result >= 0 else { throw SpeechFault("LAME: error \(result)") }
    }
}
