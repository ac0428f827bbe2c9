import NIOCore

/// Cuts what comes on a connection into requests, strictly (RFC 9112): a value without a socket, so that every cut of the same bytes can
/// be tried. What it finds, and what it refuses, does not depend on the cuts.
///
/// Nothing is read ahead: while nobody asks for the ``next()`` part, bytes wait unread. Bodies are views of what was taken.
struct RequestParser: Sendable {
    struct Limits: Hashable, Sendable {
        /// Bytes of one line of a head.
        var fieldBytesMax = 16 << 10
        /// Bytes of a whole head, and of the fields behind a chunked body.
        var headBytesMax = 32 << 10
        /// Fields of a head, or behind a body.
        var fieldsMax = 100
        /// Bytes of all chunk extensions of one body.
        var chunkExtensionBytesMax = 4 << 10
    }

    enum Part: Sendable {
        case head(RequestHead)
        /// Some of the body, never empty.
        case body(ByteBuffer)
        case end
    }

    private enum State {
        case head
        case bytes(Int)
        case chunks
        case trailers
        /// The bytes after a fault mean nothing.
        case failed(MalformedRequest)
    }

    private let limits: Limits
    private var state = State.head
    private var unread = ByteBuffer()
    private var head = HeadReader.ofRequest
    private var chunks = ChunkReader()

    init(_ limits: Limits) { self.limits = limits }

    /// Bytes that were taken and not given out.
    var unreadBytes: Int { unread.readableBytes }

    /// Whether a request has begun whose head is not complete.
    var isInHead: Bool { if case .head = state { unread.readableBytes > 0 } else { false } }

    /// Whether the head that is being read, or could not be, asks for an answer without its body.
    var isInHeadOfHEAD: Bool { head.found.method == .head }

    /// Takes what came.
    mutating func take(_ bytes: ByteBuffer) {
        if case .failed = state { return }
        if unread.readableBytes == 0 {
            unread = bytes
        } else {
            unread.writeImmutableBuffer(bytes)
        }
    }

    /// The next part of a request; nil until more bytes come.
    /// - Throws: ``MalformedRequest``, from then on always the same.
    mutating func next() throws(MalformedRequest) -> Part? {
        do throws(MalformedRequest) {
            let part = try readPart()
            // The storage is the channel's to use again.
            if unread.readableBytes == 0 { unread = ByteBuffer() }
            return part
        } catch {
            state = .failed(error)
            unread = ByteBuffer()
            throw error
        }
    }

    private mutating func readPart() throws(MalformedRequest) -> Part? {
        switch state {
        case .head:
            guard unread.readableBytes > 0, try isComplete() else { return nil }
            return .head(takeHead())
        case .bytes(0):
            state = .head
            return .end
        case .bytes(let count):
            guard let slice = takeBody(atMost: count) else { return nil }
            state = .bytes(count - slice.readableBytes)
            return .body(slice)
        case .chunks: return try readChunk()
        case .trailers:
            guard unread.readableBytes > 0, try isComplete() else { return nil }
            unread.moveReaderIndex(forwardBy: head.bytes)
            head = .ofRequest
            state = .head
            return .end
        case .failed(let fault): throw fault
        }
    }

    private mutating func isComplete() throws(MalformedRequest) -> Bool {
        // Of its own while the bytes are lent.
        var reader = head
        defer { head = reader }
        return try unread.withUnsafeReadableBytes { (bytes) throws(MalformedRequest) in try reader.read(bytes, limits) }
    }

    private mutating func takeHead() -> RequestHead {
        guard let bytes = unread.readSlice(length: head.bytes) else { preconditionFailure("a complete head is there") }
        let found = head.found
        head = .ofRequest
        switch found.body {
        case .none: state = .bytes(0)
        case .bytes(let count): state = .bytes(count)
        case .chunked:
            state = .chunks
            chunks = ChunkReader()
        }
        return RequestHead(bytes, found)
    }

    private mutating func takeBody(atMost count: Int) -> ByteBuffer? {
        guard unread.readableBytes > 0 else { return nil }
        return unread.readSlice(length: min(count, unread.readableBytes))
    }

    private mutating func readChunk() throws(MalformedRequest) -> Part? {
        switch try chunks.readFraming(of: &unread, extensionBytesMax: limits.chunkExtensionBytesMax) {
        case .unknown: return nil
        case .data:
            guard let slice = takeBody(atMost: chunks.dataBytes) else { return nil }
            chunks.took(dataBytes: slice.readableBytes)
            return .body(slice)
        case .end:
            state = .trailers
            head = .ofTrailers
            return try readPart()
        }
    }
}
