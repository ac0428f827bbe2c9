import CPNG
import Inference

/// PNG is read by libpng's simplified interface. Source: <http://www.libpng.org/pub/png/libpng-manual.txt>, section V.
enum PNGReader {
    static func decode(_ file: [UInt8]) throws(DarkroomFault) -> Picture {
        let chunks = try PNGChunks(of: file)
        return try chunks.essential.withUnsafeBufferPointer { bytes throws(DarkroomFault) in
            var image = png_image()
            image.version = png_uint_32(PNG_IMAGE_VERSION)
            defer { png_image_free(&image) }
            guard png_image_begin_read_from_memory(&image, bytes.baseAddress, bytes.count) != 0 else { throw fault(image) }
            let size = try PictureSize(width: Int(image.width), height: Int(image.height))
            let hasAlpha = image.format & png_uint_32(PNG_FORMAT_FLAG_ALPHA) != 0
            image.format = hasAlpha ? PNG_FORMAT_RGB | png_uint_32(PNG_FORMAT_FLAG_ALPHA) : PNG_FORMAT_RGB
            // 16 bits without a word on their meaning are taken as eight would be, as everybody does; libpng would take them for light.
            image.flags |= png_uint_32(PNG_IMAGE_FLAG_16BIT_sRGB)
            let read = { (pixels: UnsafeMutablePointer<UInt8>) in png_image_finish_read(&image, nil, pixels, 0, nil) != 0 }
            guard let picture = hasAlpha ? Picture(onWhite: size, filledBy: read) : Picture(size, filledBy: read) else {
                throw fault(image)
            }
            return picture
        }
    }

    private static func fault(_ image: png_image) -> DarkroomFault {
        let message = withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return DarkroomFault("PNG: \(message)")
    }
}
