import Inference
import TestKit

extension Seed {
    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

extension Picture {
    /// Every pixel by chance.
    static func noise(_ width: Int, _ height: Int, seed: UInt64 = 1) -> Picture {
        var sequence = Seed(seed)
        return Picture(width: width, height: height, pixels: sequence.bytes(width * height * 3))
    }

    /// As photographs are: neighbours differ little.
    static func gradient(_ width: Int, _ height: Int) -> Picture {
        var pixels: [UInt8] = []
        for y in 0..<height {
            for x in 0..<width {
                pixels += [UInt8(x * 255 / max(width - 1, 1)), UInt8(y * 255 / max(height - 1, 1)), UInt8((x + y) % 512 / 2)]
            }
        }
        return Picture(width: width, height: height, pixels: pixels)
    }

    /// The mean difference of two pictures of one size, in levels.
    func difference(from other: Picture) -> Double {
        let sum = zip(pixels, other.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
        return Double(sum) / Double(pixels.count)
    }
}

/// A PNG file put together by hand, sharing no code with any library: any colour type, any chunk.
/// Source: PNG specification, third edition; RFC 1950 and 1951 for the stored blocks.
struct HandmadePNG {
    var width: UInt32
    var height: UInt32
    var depth: UInt8 = 8
    /// 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha.
    var colors: UInt8 = 2
    /// Chunks between header and pixels.
    var between: [(String, [UInt8])] = []
    /// Each as it lies in the file, without its filter.
    var rows: [[UInt8]]

    var file: [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
        file += Self.chunk("IHDR", Self.bigEndian(width) + Self.bigEndian(height) + [depth, colors, 0, 0, 0])
        for (kind, data) in between { file += Self.chunk(kind, data) }
        file += Self.chunk("IDAT", Self.stored(rows.flatMap { [0] + $0 }))
        return file + Self.chunk("IEND", [])
    }

    static func bigEndian(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) } }

    static func chunk(_ kind: String, _ data: [UInt8]) -> [UInt8] {
        let body = Array(kind.utf8) + data
        var crc: UInt32 = .max
        for byte in body {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return bigEndian(UInt32(data.count)) + body + bigEndian(~crc)
    }

    /// One block, not compressed: at most 65,535 bytes.
    private static func stored(_ data: [UInt8]) -> [UInt8] {
        let length = UInt16(data.count)
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in data {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        let lengths = [length, ~length].flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        return [0x78, 0x01, 0x01] + lengths + data + bigEndian(high << 16 | low)
    }
}
