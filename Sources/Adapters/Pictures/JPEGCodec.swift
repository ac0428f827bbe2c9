import CTurboJPEG
import Inference

/// JPEG by TurboJPEG. Source: <https://github.com/libjpeg-turbo/libjpeg-turbo/blob/2.1.x/turbojpeg.h>.
enum JPEGCodec {
    /// Differences from the original are hard to find at this quality; with colours as fine as brightness (4:4:4) red edges stay sharp.
    private static let quality: Int32 = 92

    static func encode(_ picture: Picture, _ size: PictureSize) throws(DarkroomFault) -> [UInt8] {
        guard let compressor = tjInitCompress() else { throw DarkroomFault("JPEG: no compressor") }
        defer { tjDestroy(compressor) }
        var start: UnsafeMutablePointer<UInt8>?
        defer { tjFree(start) }
        var count: UInt = 0
        let status = picture.pixels.withUnsafeBufferPointer { pixels in
            tjCompress2(
                compressor, pixels.baseAddress, Int32(size.width), 0, Int32(size.height), Int32(TJPF_RGB.rawValue), &start,
                &count,
                Int32(TJSAMP_444.rawValue), quality, TJFLAG_ACCURATEDCT)
        }
        guard status == 0, let start else { throw fault(compressor) }
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    static func decode(_ file: [UInt8]) throws(DarkroomFault) -> Picture {
        guard let decompressor = tjInitDecompress() else { throw DarkroomFault("JPEG: no decompressor") }
        defer { tjDestroy(decompressor) }
        return try file.withUnsafeBufferPointer { bytes throws(DarkroomFault) in
            var (width, height, sampling, colors): (Int32, Int32, Int32, Int32) = (0, 0, 0, 0)
            let count = UInt(bytes.count)
            guard tjDecompressHeader3(decompressor, bytes.baseAddress, count, &width, &height, &sampling, &colors) == 0 else {
                throw fault(decompressor)
            }
            let size = try PictureSize(width: Int(width), height: Int(height))
            // A missing end is a warning to the library, and the rest of the picture grey. A file may repeat its scans without end.
            let flags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
            let picture = Picture(size) { pixels in
                tjDecompress2(decompressor, bytes.baseAddress, count, pixels, width, 0, height, Int32(TJPF_RGB.rawValue), flags)
                    == 0
            }
            guard let picture else { throw fault(decompressor) }
            return picture
        }
    }

    private static func fault(_ handle: tjhandle) -> DarkroomFault {
        DarkroomFault("JPEG: \(tjGetErrorStr2(handle).map { String(cString: $0) } ?? "unknown")")
    }
}
