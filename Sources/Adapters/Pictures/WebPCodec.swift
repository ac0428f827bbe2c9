import CWebP
import Inference

/// WebP by libwebp. Source: <https://developers.google.com/speed/webp/docs/api>.
enum WebPCodec {
    private static let quality: Float = 90

    static func encode(_ picture: Picture, _ size: PictureSize) throws(DarkroomFault) -> [UInt8] {
        var start: UnsafeMutablePointer<UInt8>?
        defer { WebPFree(start) }
        let count = picture.pixels.withUnsafeBufferPointer { pixels in
            WebPEncodeRGB(pixels.baseAddress, Int32(size.width), Int32(size.height), Int32(size.width * 3), quality, &start)
        }
        guard count > 0, let start else { throw DarkroomFault("WebP: could not be encoded") }
        return Array(UnsafeBufferPointer(start: start, count: count))
    }

    static func decode(_ file: [UInt8]) throws(DarkroomFault) -> Picture {
        // The length the container claims for what follows it. The decoder would read pictures whose last bytes are gone.
        guard file.count >= 12, file[4..<8].reversed().reduce(0, { $0 << 8 | Int($1) }) <= file.count - 8 else {
            throw DarkroomFault("WebP: cut short")
        }
        return try file.withUnsafeBufferPointer { bytes throws(DarkroomFault) in
            var features = WebPBitstreamFeatures()
            guard WebPGetFeatures(bytes.baseAddress, bytes.count, &features) == VP8_STATUS_OK else {
                throw DarkroomFault("WebP: no header")
            }
            let size = try PictureSize(width: Int(features.width), height: Int(features.height))
            guard features.has_animation == 0 else { throw DarkroomFault("WebP: an animation") }
            let picture =
                if features.has_alpha != 0 {
                    Picture(onWhite: size) { pixels in
                        let stride = size.width * 4
                        return WebPDecodeRGBAInto(bytes.baseAddress, bytes.count, pixels, stride * size.height, Int32(stride))
                            != nil
                    }
                } else {
                    Picture(size) { pixels in
                        WebPDecodeRGBInto(bytes.baseAddress, bytes.count, pixels, size.bytes, Int32(size.width * 3)) != nil
                    }
                }
            guard let picture else { throw DarkroomFault("WebP: damaged or cut short") }
            return picture
        }
    }
}
