import NIOCore

/// Finds the chunks of a body between their sizes (RFC 9112 section 7.1), byte by byte, so that no cut between two reads matters.
struct ChunkReader: Sendable {
    private enum Place {
        case size
        case `extension`
        case sizeLineFeed
        case data
        case dataReturn
        case dataLineFeed
    }

    enum Next {
        /// All that came was framing.
        case unknown
        /// Bytes of the body, as many as are ``dataBytes`` or as have come.
        case data
        /// The last chunk: fields may follow.
        case end
    }

    private var place = Place.size
    private var digits = 0
    /// Bytes of the chunk that are still to come.
    private(set) var dataBytes = 0
    /// Bytes of extensions of the whole body: they say nothing to us, and a flood of them is an attack (CVE-2024-22019).
    private var extensionBytes = 0

    /// Fifteen digits are more than any body has.
    private static let digitsMax = 15

    /// Passes over framing at the start of `buffer`.
    mutating func readFraming(of buffer: inout ByteBuffer, extensionBytesMax: Int) throws(MalformedRequest) -> Next {
        guard place != .data else { return .data }
        var next = Next.unknown
        var taken = 0
        try buffer.withUnsafeReadableBytes { (bytes) throws(MalformedRequest) in
            while next == .unknown, taken < bytes.count {
                next = try read(bytes[taken], extensionBytesMax)
                taken += 1
            }
        }
        buffer.moveReaderIndex(forwardBy: taken)
        return next
    }

    mutating func took(dataBytes count: Int) {
        dataBytes -= count
        if dataBytes == 0 { place = .dataReturn }
    }

    private mutating func read(_ byte: UInt8, _ extensionBytesMax: Int) throws(MalformedRequest) -> Next {
        switch place {
        case .size: try readSize(byte)
        case .extension:
            if byte == 0x0D {
                place = .sizeLineFeed
            } else {
                guard !byte.isControl else { throw .syntax }
                extensionBytes += 1
                guard extensionBytes <= extensionBytesMax else { throw .chunkExtensions }
            }
        case .sizeLineFeed:
            guard byte == 0x0A else { throw .syntax }
            digits = 0
            guard dataBytes > 0 else { return .end }
            place = .data
            return .data
        case .dataReturn:
            guard byte == 0x0D else { throw .syntax }
            place = .dataLineFeed
        case .dataLineFeed:
            guard byte == 0x0A else { throw .syntax }
            place = .size
        case .data: preconditionFailure("data is not framing")
        }
        return .unknown
    }

    private mutating func readSize(_ byte: UInt8) throws(MalformedRequest) {
        if let digit = byte.hexadecimalDigit {
            digits += 1
            guard digits <= ChunkReader.digitsMax else { throw .syntax }
            dataBytes = dataBytes << 4 | Int(digit)
            return
        }
        guard digits > 0 else { throw .syntax }
        switch byte {
        case 0x0D: place = .sizeLineFeed
        case UInt8(ascii: ";"): place = .extension
        default: throw .syntax
        }
    }
}

extension UInt8 {
    /// 0...15, or nil when this byte is not an ASCII hexadecimal digit.
    var hexadecimalDigit: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
