import CPNG
import Inference

/// PNG by libpng's simplified interface. Source: <http://www.libpng.org/pub/png/libpng-manual.txt>, section V.
enum PNGCodec {
    static func encode(_ picture: Picture, _ size: PictureSize) throws(DarkroomFault) -> [UInt8] {
        var image = png_image()
        image.version = png_uint_32(PNG_IMAGE_VERSION)
        image.width = png_uint_32(size.width)
        image.height = png_uint_32(size.height)
        image.format = PNG_FORMAT_RGB
        image.flags = png_uint_32(PNG_IMAGE_FLAG_FAST)
        defer { png_image_free(&image) }
        // The bound of png.h, `PNG_IMAGE_PNG_SIZE_MAX`, which is a macro: a byte more for each row, what zlib may add, and the chunks around.
        let raw = size.bytes + size.height
        var written = png_alloc_size_t(raw + raw / 8 + raw / 64 + 1024)
        var isWritten = false
        let file = [UInt8](unsafeUninitializedCapacity: Int(written)) { buffer, initialized in
            picture.pixels.withUnsafeBufferPointer { pixels in
                isWritten = png_image_write_to_memory(&image, buffer.baseAddress, &written, 0, pixels.baseAddress, 0, nil) != 0
            }
            initialized = isWritten ? Int(written) : 0
        }
        guard isWritten else { throw fault(image) }
        return file
    }

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
