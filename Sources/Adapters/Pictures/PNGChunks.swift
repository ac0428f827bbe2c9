import Inference

/// A PNG file without what is not needed to show it.
///
/// libpng reads every chunk before the pixels, and unpacks compressed texts on the way: a file of some megabytes can make it take
/// gigabytes. It is given only what makes pixels. Source: PNG specification, third edition, §5.3 and §11.
struct PNGChunks {
    /// The signature and the chunks that matter, ending with IEND.
    private(set) var essential: [UInt8]

    /// What makes pixels: IHDR, PLTE, IDAT and IEND themselves, transparency, and what their values mean.
    private static let needed: Set<[UInt8]> = Set(
        ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "sRGB"].map { Array($0.utf8) })
    private static let end = Array("IEND".utf8)

    /// - Throws: when the file is cut short, its size is beyond the limits, or it needs something nobody knows.
    init(of file: [UInt8]) throws(DarkroomFault) {
        essential = Array(file.prefix(8))
        essential.reserveCapacity(file.count)
        var offset = 8
        for number in 0..<PictureLimits.chunksMax {
            guard let length = file.bigEndian(at: offset), length <= file.count - offset - 12 else {
                throw DarkroomFault("PNG: cut short in chunk \(number)")
            }
            let chunk = file[offset..<offset + length + 12]
            let kind = Array(chunk.dropFirst(4).prefix(4))
            if number == 0 { try PNGChunks.checkHeader(of: file) }
            if PNGChunks.needed.contains(kind) {
                essential += chunk
            } else if kind[0] & 0x20 == 0 {
                // A small first letter marks what may be passed over: §5.4.
                throw DarkroomFault("PNG: an unknown chunk that is said to be needed")
            }
            if kind == PNGChunks.end { return }
            offset += length + 12
        }
        throw DarkroomFault("PNG: more than \(PictureLimits.chunksMax) chunks")
    }

    /// IHDR comes first and is as long as it has always been.
    private static func checkHeader(of file: [UInt8]) throws(DarkroomFault) {
        guard file.bigEndian(at: 8) == 13, file[12..<16].elementsEqual("IHDR".utf8), let width = file.bigEndian(at: 16),
            let height = file.bigEndian(at: 20)
        else { throw DarkroomFault("PNG: no header") }
        _ = try PictureSize(width: width, height: height)
    }
}

extension [UInt8] {
    /// Four bytes, the highest first; nil when they are not all there.
    fileprivate func bigEndian(at offset: Int) -> Int? {
        guard offset <= count - 4 else { return nil }
        return self[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
