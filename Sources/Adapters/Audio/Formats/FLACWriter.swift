import Inference
import NIOCore

/// FLAC by libFLAC. Its header does not say how long the file is: a stream cannot know. Source: FLAC/stream_encoder.h of version 1.4; that of 1.5 is the same here.
final class FLACWriter: SampleWriter {
    /// What the library calls with each piece it has made: encoder, bytes, their count, samples, the frame's number, and who waits.
    private typealias Write =
        @convention(c) (OpaquePointer?, UnsafePointer<UInt8>?, Int, UInt32, UInt32, UnsafeMutableRawPointer?) -> CInt

    private struct Library: Sendable {
        let create: @Sendable @convention(c) () -> OpaquePointer?
        let setters: [(function: @Sendable @convention(c) (OpaquePointer, UInt32) -> CInt, value: UInt32?)]
        let begin:
            @Sendable @convention(c) (
                OpaquePointer, Write, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeRawPointer?, UnsafeMutableRawPointer
            ) -> CInt
        let process: @Sendable @convention(c) (OpaquePointer, UnsafePointer<Int32>?, UInt32) -> CInt
        let finish: @Sendable @convention(c) (OpaquePointer) -> CInt
        let delete: @Sendable @convention(c) (OpaquePointer) -> Void

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libFLAC.so.14", "libFLAC.so.12")
            create = try library.function("FLAC__stream_encoder_new")
            setters = [
                (try library.function("FLAC__stream_encoder_set_sample_rate"), nil),
                (try library.function("FLAC__stream_encoder_set_channels"), 1),
                (try library.function("FLAC__stream_encoder_set_bits_per_sample"), 16),
                // Of 0 to 8: the higher ones save little of speech.
                (try library.function("FLAC__stream_encoder_set_compression_level"), 2),
            ]
            begin = try library.function("FLAC__stream_encoder_init_stream")
            process = try library.function("FLAC__stream_encoder_process_interleaved")
            finish = try library.function("FLAC__stream_encoder_finish")
            delete = try library.function("FLAC__stream_encoder_delete")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    private final class Made { var bytes = ByteBuffer() }

    private let library: Library
    private let encoder: OpaquePointer
    private let made = Made()

    init(hertz: Int) throws(SpeechFault) {
        library = try Library.opened.get()
        guard let encoder = library.create() else { throw SpeechFault("libFLAC: no memory") }
        self.encoder = encoder
        for (set, value) in library.setters where set(encoder, value ?? UInt32(hertz)) == 0 {
            throw SpeechFault("libFLAC: a setting was refused")
        }
        let status = library.begin(
            encoder,
            { _, bytes, count, _, _, made in
                guard let made, let bytes else { return 1 }
                Unmanaged<Made>.fromOpaque(made).takeUnretainedValue().bytes.writeBytes(
                    UnsafeBufferPointer(start: bytes, count: count))
                return 0
            }, nil, nil, nil, Unmanaged.passUnretained(made).toOpaque())
        guard status == 0 else { throw SpeechFault("libFLAC: the settings were refused, \(status)") }
    }

    deinit { library.delete(encoder) }

    func write(_ samples: [Int16], into file: inout ByteBuffer) throws(SpeechFault) {
        guard library.process(encoder, samples.map(Int32.init), UInt32(samples.count)) != 0 else {
            throw SpeechFault("libFLAC: the samples were refused")
        }
        take(into: &file)
    }

    func finish(into file: inout ByteBuffer) throws(SpeechFault) {
        guard library.finish(encoder) != 0 else { throw SpeechFault("libFLAC: the end was refused") }
        take(into: &file)
    }

    private func take(into file: inout ByteBuffer) {
        file.writeBuffer(&made.bytes)
        made.bytes.clear()
    }
}
