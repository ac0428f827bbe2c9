import Inference
import NIOCore

/// Opus in Ogg by libopusenc. Source: opusenc.h of version 0.2.1.
final class OpusWriter: SampleWriter {
    private struct Library: Sendable {
        let createComments: @Sendable @convention(c) () -> OpaquePointer?
        let destroyComments: @Sendable @convention(c) (OpaquePointer) -> Void
        let create: @Sendable @convention(c) (OpaquePointer, Int32, CInt, CInt, UnsafeMutablePointer<CInt>) -> OpaquePointer?
        let write: @Sendable @convention(c) (OpaquePointer, UnsafePointer<Int16>?, CInt) -> CInt
        let page:
            @Sendable @convention(c) (
                OpaquePointer, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int32>, CInt
            ) -> CInt
        let drain: @Sendable @convention(c) (OpaquePointer) -> CInt
        let destroy: @Sendable @convention(c) (OpaquePointer) -> Void

        init() throws(SpeechFault) {
            let library = try SharedLibrary("libopusenc.so.0")
            createComments = try library.function("ope_comments_create")
            destroyComments = try library.function("ope_comments_destroy")
            create = try library.function("ope_encoder_create_pull")
            write = try library.function("ope_encoder_write")
            page = try library.function("ope_encoder_get_page")
            drain = try library.function("ope_encoder_drain")
            destroy = try library.function("ope_encoder_destroy")
        }

        static let opened = Result { () throws(SpeechFault) in try Library() }
    }

    private let library: Library
    private let encoder: OpaquePointer
    private var isEmpty = true

    init(hertz: Int) throws(SpeechFault) {
        library = try Library.opened.get()
        guard let comments = library.createComments() else { throw SpeechFault("libopusenc: no memory") }
        var error: CInt = 0
        // The mapping of one or two channels.
        let encoder = library.create(comments, Int32(hertz), 1, 0, &error)
        library.destroyComments(comments)
        guard let encoder, error == 0 else {
            throw SpeechFault("libopusenc: error \(error)")
        }
        self.encoder = encoder
    }

    deinit { library.destroy(encoder) }

    func write(_ samples: [Int16], into file: inout ByteBuffer) throws(SpeechFault) {
        isEmpty = false
        try check(library.write(encoder, samples, CInt(samples.count)))
        // What there is, though a page could hold more: whoever listens is not kept waiting.
        takePages(into: &file)
    }

    func finish(into file: inout ByteBuffer) throws(SpeechFault) {
        // The library ends the process when it is to end a stream in which nothing is.
        if isEmpty { try write([0], into: &file) }
        try check(library.drain(encoder))
        takePages(into: &file)
    }

    private func takePages(into file: inout ByteBuffer) {
        var page: UnsafeMutablePointer<UInt8>?
        var length: Int32 = 0
        while library.page(encoder, &page, &length, 1) == 1 {
            file.writeBytes(UnsafeBufferPointer(start: page, count: Int(length)))
        }
    }

    private func check(_ error: CInt) throws(SpeechFault) {
        guard error == 0 else { throw SpeechFault("libopusenc: error \(error)") }
    }
}
