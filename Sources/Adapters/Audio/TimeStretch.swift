import Inference

/// Speech at another speed and the same pitch, by libsonic, which espeak-ng brings along. Source: sonic.h of its version 0.2.
final class TimeStretch: SampleFilter {
    private struct Library: Sendable {
        let create: @Sendable @convention(c) (CInt, CInt) -> OpaquePointer?
        let setSpeed: @Sendable @convention(c) (OpaquePointer, Float) -> Void
        let write: @Sendable @convention(c) (OpaquePointer, UnsafePointer<Int16>?, CInt) -> CInt
        let read: @Sendable @convention(c) (OpaquePointer, UnsafeMutablePointer<Int16>?, CInt) -> CInt
        let flush: @Sendable @convention(c) (OpaquePointer) -> CInt
        let destroy: @Sendable @convention(c) (OpaquePointer) -> Void

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libsonic.so.0")
            create = try library.function("sonicCreateStream")
            setSpeed = try library.function("sonicSetSpeed")
            write = try library.function("sonicWriteShortToStream")
            read = try library.function("sonicReadShortFromStream")
            flush = try library.function("sonicFlushStream")
            destroy = try library.function("sonicDestroyStream")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    private let library: Library
    private let stream: OpaquePointer

    init(hertz: Int, tempo: Double) throws(SpeechFault) {
        library = try Library.opened.get()
        guard let stream = library.create(CInt(hertz), 1) else { throw SpeechFault("libsonic: no memory") }
        self.stream = stream
        library.setSpeed(stream, Float(tempo))
    }

    deinit { library.destroy(stream) }

    func pass(_ samples: [Int16]) throws(SpeechFault) -> [Int16] {
        guard library.write(stream, samples, CInt(samples.count)) != 0 else { throw SpeechFault("libsonic: no memory") }
        return made()
    }

    func rest() throws(SpeechFault) -> [Int16] {
        guard library.flush(stream) != 0 else { throw SpeechFault("libsonic: no memory") }
        return made()
    }

    private func made() -> [Int16] {
        var all: [Int16] = []
        while true {
            let some = [Int16](unsafeUninitializedCapacity: TimeStretch.room) { buffer, written in
                written = Int(library.read(stream, buffer.baseAddress, CInt(buffer.count)))
            }
            if some.isEmpty { return all }
            all += some
        }
    }

    /// Samples that are read at a time.
    private static let room = 4096
}
