import Inference

/// Format and size of an image, told from its first bytes; the picture itself is never decoded.
struct ImageHeader: Hashable {
    let format: ImageFormat
    /// Pixels, at least 1.
    let width: Int
    /// Pixels, at least 1.
    let height: Int

    /// The declared media type does not matter: what the bytes say they are, they are.
    static func read(_ bytes: Base64Bytes) throws(ImageFault) -> ImageHeader {
        let format: ImageFormat
        let size: (width: Int, height: Int)?
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            (format, size) = (.png, pngSize(bytes))
        } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
            (format, size) = (.jpeg, jpegSize(bytes))
        } else if bytes.starts(with: Array("RIFF".utf8)), bytes.starts(with: Array("WEBP".utf8), at: 8) {
            (format, size) = (.webp, try webpSize(bytes))
        } else if bytes.starts(with: Array("GIF87a".utf8)) || bytes.starts(with: Array("GIF89a".utf8)) {
            (format, size) = (.gif, try gifSize(bytes))
        } else {
            throw .format
        }
        guard let size, size.width > 0, size.height > 0 else { throw .header }
        return ImageHeader(format: format, width: size.width, height: size.height)
    }

    /// Source: PNG specification, third edition, §11.2.1: IHDR comes first.
    private static func pngSize(_ bytes: Base64Bytes) -> (Int, Int)? {
        guard bytes.bigEndian(at: 8, length: 4) == 13, bytes.starts(with: Array("IHDR".utf8), at: 12),
            let width = bytes.bigEndian(at: 16, length: 4), let height = bytes.bigEndian(at: 20, length: 4),
            width <= Int32.max, height <= Int32.max
        else { return nil }
        return (width, height)
    }

    /// Goes from segment to segment to the frame header; thumbnails lie inside segments and are not seen.
    /// Source: ITU-T T.81, annex B.
    private static func jpegSize(_ bytes: Base64Bytes) -> (Int, Int)? {
        var offset = 2
        while let lead = bytes[offset], lead == 0xFF, let marker = bytes[offset + 1] {
            switch marker {
            case 0xFF: offset += 1
            case 0x01, 0xD0...0xD7: offset += 2
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                guard let height = bytes.bigEndian(at: offset + 5, length: 2),
                    let width = bytes.bigEndian(at: offset + 7, length: 2)
                else { return nil }
                return (width, height)
            // The picture begins, or ends, and no frame header came before.
            case 0x00, 0xD8, 0xD9, 0xDA: return nil
            default:
                guard let length = bytes.bigEndian(at: offset + 2, length: 2), length >= 2 else { return nil }
                offset += 2 + length
            }
        }
        return nil
    }

    /// Source: RFC 9649 §2.
    private static func webpSize(_ bytes: Base64Bytes) throws(ImageFault) -> (Int, Int)? {
        if bytes.starts(with: Array("VP8X".utf8), at: 12) {
            guard let flags = bytes[20], let width = bytes.littleEndian(at: 24, length: 3),
                let height = bytes.littleEndian(at: 27, length: 3)
            else { return nil }
            guard flags & 0x02 == 0 else { throw .animated }
            return (width + 1, height + 1)
        }
        if bytes.starts(with: Array("VP8L".utf8), at: 12) {
            guard bytes[20] == 0x2F, let bits = bytes.littleEndian(at: 21, length: 4) else { return nil }
            return (bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
        }
        guard bytes.starts(with: Array("VP8 ".utf8), at: 12), bytes.starts(with: [0x9D, 0x01, 0x2A], at: 23),
            let width = bytes.littleEndian(at: 26, length: 2), let height = bytes.littleEndian(at: 28, length: 2)
        else { return nil }
        return (width & 0x3FFF, height & 0x3FFF)
    }

    /// The logical screen; then from block to block, to see whether a second frame follows. A file cut short after its first
    /// frame is taken for what it shows.
    /// Source: GIF89a specification, §§18–26.
    private static func gifSize(_ bytes: Base64Bytes) throws(ImageFault) -> (Int, Int)? {
        guard let width = bytes.littleEndian(at: 6, length: 2), let height = bytes.littleEndian(at: 8, length: 2),
            let flags = bytes[10]
        else { return nil }
        var offset = 13 + colorTableBytes(flags)
        var frames = 0
        while let introducer = bytes[offset] {
            switch introducer {
            case 0x21: offset += 2
            case 0x2C:
                frames += 1
                guard frames == 1 else { throw .animated }
                guard let local = bytes[offset + 9] else { return (width, height) }
                offset += 11 + colorTableBytes(local)
            default: return frames == 1 ? (width, height) : nil
            }
            // Sub-blocks, each led by its length, until one of none.
            while let length = bytes[offset] {
                offset += 1 + Int(length)
                if length == 0 { break }
            }
        }
        return frames == 1 ? (width, height) : nil
    }

    private static func colorTableBytes(_ flags: UInt8) -> Int { flags & 0x80 == 0 ? 0 : 3 << (Int(flags & 7) + 1) }
}
