package import Inference

/// A darkroom that works with the system's codecs: libpng, libdeflate, libjpeg-turbo and libwebp. It keeps nothing, so one serves everybody.
package struct CodecDarkroom: Darkroom {
    package init() {}

    /// Pixels and what is needed to show them; no text, no profile, no date.
    /// - Throws: when the picture is larger than ``PictureLimits`` allow.
    package func encode(_ picture: Picture, as format: PictureFormat) throws(DarkroomFault) -> [UInt8] {
        let size = try PictureSize(width: picture.width, height: picture.height)
        return switch format {
        case .png: try PNGWriter.encode(picture, size)
        case .jpeg: try JPEGCodec.encode(picture, size)
        case .webp: try WebPCodec.encode(picture, size)
        }
    }

    /// Transparent pictures are laid on white, grey ones widened, those of 16 bits reduced to eight.
    /// - Throws: when it is none of the three formats, is too large, cut short or damaged.
    package func decode(_ file: [UInt8]) throws(DarkroomFault) -> Picture {
        guard file.count <= PictureLimits.fileBytesMax else {
            throw DarkroomFault("a file of \(file.count) bytes; \(PictureLimits.fileBytesMax) is the most")
        }
        return switch PictureFormat(startOf: file) {
        case .png: try PNGReader.decode(file)
        case .jpeg: try JPEGCodec.decode(file)
        case .webp: try WebPCodec.decode(file)
        case nil: throw DarkroomFault("neither PNG nor JPEG nor WebP")
        }
    }
}

extension PictureFormat {
    /// What a file's first bytes say it is; nil: none of these.
    ///
    /// Sources: PNG specification, third edition, §5.2; ITU-T T.81, annex B.1.1.3, an SOI and another marker; RFC 9649 §2.4.
    init?(startOf file: [UInt8]) {
        if file.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if file.starts(with: [0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if file.starts(with: Array("RIFF".utf8)), file.dropFirst(8).starts(with: Array("WEBP".utf8)) {
            self = .webp
        } else {
            return nil
        }
    }
}
