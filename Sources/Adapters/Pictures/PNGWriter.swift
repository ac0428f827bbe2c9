import CDeflate
import Inference

/// Writes PNG: eight bits each of red, green and blue, compressed by libdeflate in one go.
///
/// libpng's own writer compresses with zlib as it goes: three times the processor time for files half as large again, and the filters that
/// would make them smaller are out of reach of its interface that is safe to call from Swift. Sources: PNG specification, third edition, §5,
/// §9 and §11.2; libdeflate.h.
enum PNGWriter {
    /// Of 1 to 12. The higher ones save a tenth of the bytes, and take up to ten times as long.
    private static let compressionLevel: Int32 = 1
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

    static func encode(_ picture: Picture, _ size: PictureSize) throws(DarkroomFault) -> [UInt8] {
        guard let compressor = libdeflate_alloc_compressor(compressionLevel) else { throw DarkroomFault("PNG: no memory") }
        defer { libdeflate_free_compressor(compressor) }
        let lines = filtered(picture, size)
        let most = libdeflate_zlib_compress_bound(compressor, lines.count)
        let around = signature.count + 25 + 12 + 12
        return [UInt8](unsafeUninitializedCapacity: most + around) { buffer, written in
            var file = PNGChunkWriter(buffer)
            file.put(signature)
            file.chunk("IHDR") {
                $0.put(UInt32(size.width))
                $0.put(UInt32(size.height))
                // Eight bits a sample, colours without transparency; the only compression, the only filters, not interlaced.
                $0.put([8, 2, 0, 0, 0])
            }
            file.chunk("IDAT") { chunk in
                chunk.count += libdeflate_zlib_compress(
                    compressor, lines, lines.count, chunk.buffer.baseAddress.map { $0 + chunk.count }, most)
            }
            file.chunk("IEND") { _ in }
            written = file.count
        }
    }

    /// Each row after the number of its filter: every byte as what it differs by from the same colour to its left (Sub).
    private static func filtered(_ picture: Picture, _ size: PictureSize) -> [UInt8] {
        let stride = size.width * 3
        return [UInt8](unsafeUninitializedCapacity: (stride + 1) * size.height) { lines, written in
            picture.pixels.withUnsafeBufferPointer { pixels in
                for row in 0..<size.height {
                    let (from, to) = (row * stride, row * (stride + 1))
                    lines[to] = 1
                    for byte in 0..<3 { lines[to + 1 + byte] = pixels[from + byte] }
                    for byte in 3..<max(3, stride) { lines[to + 1 + byte] = pixels[from + byte] &- pixels[from + byte - 3] }
                }
            }
            written = (stride + 1) * size.height
        }
    }
}

/// Chunks into memory that has room for them.
private struct PNGChunkWriter {
    let buffer: UnsafeMutableBufferPointer<UInt8>
    var count = 0

    init(_ buffer: UnsafeMutableBufferPointer<UInt8>) { self.buffer = buffer }

    mutating func put(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            buffer[count] = byte
            count += 1
        }
    }

    mutating func put(_ number: UInt32) { withUnsafeBytes(of: number.bigEndian) { put($0) } }

    /// Its length before it, and the sum over its name and its contents behind.
    mutating func chunk(_ name: String, contents: (inout PNGChunkWriter) -> Void) {
        let start = count
        put(0)
        put(name.utf8)
        contents(&self)
        let end = count
        count = start
        put(UInt32(end - start - 8))
        count = end
        put(libdeflate_crc32(0, buffer.baseAddress.map { $0 + start + 4 }, end - start - 4))
    }
}
