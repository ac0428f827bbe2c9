import CTurboJPEG
import CWebP
import Inference
import Testing

@testable import Pictures

/// What engines may send beside plain pictures of eight bits.
@Suite struct DecodingTests {
    private let darkroom = CodecDarkroom()

    @Test(
        arguments: [
            // Depth, colour type, one row of two pixels, and the six bytes it is shown as.
            (8, 0, [10, 200], [10, 10, 10, 200, 200, 200]),
            (1, 0, [0b0100_0000], [0, 0, 0, 255, 255, 255]),
            (4, 0, [0x0F], [0, 0, 0, 255, 255, 255]),
            (16, 0, [0, 0, 0xFF, 0xFF], [0, 0, 0, 255, 255, 255]),
            (16, 2, [0x80, 0x80, 0, 0, 0xFF, 0xFF, 0x10, 0x10, 0x20, 0x20, 0x30, 0x30], [0x80, 0, 0xFF, 0x10, 0x20, 0x30]),
            (8, 4, [0, 255, 0, 0], [0, 0, 0, 255, 255, 255]),
            (8, 6, [1, 2, 3, 255, 1, 2, 3, 0], [1, 2, 3, 255, 255, 255]),
            (8, 6, [0, 100, 200, 128, 255, 255, 255, 128], [127, 177, 227, 255, 255, 255]),
        ] as [(UInt8, UInt8, [UInt8], [UInt8])])
    func `every kind of PNG becomes eight bits of red, green and blue on white`(
        depth: UInt8, colors: UInt8, row: [UInt8], shown: [UInt8]
    ) throws {
        let png = HandmadePNG(width: 2, height: 1, depth: depth, colors: colors, rows: [row])
        let picture = try darkroom.decode(png.file)
        #expect((picture.width, picture.height) == (2, 1))
        #expect(picture.pixels == shown)
    }

    @Test func `a palette is looked up, and its transparent colours are white`() throws {
        let between: [(String, [UInt8])] = [("PLTE", [9, 8, 7, 1, 2, 3]), ("tRNS", [255, 0])]
        let png = HandmadePNG(width: 2, height: 1, depth: 8, colors: 3, between: between, rows: [[0, 1]])
        #expect(try darkroom.decode(png.file).pixels == [9, 8, 7, 255, 255, 255])
    }

    @Test func `what a PNG says beside its pixels is not looked at`() throws {
        let texts: [(String, [UInt8])] = [
            ("tEXt", Array("parameters\0a fox, Steps: 4".utf8)), ("zTXt", Array("comment\0\0never unpacked".utf8)),
            ("iCCP", [0xFF, 0, 0]), ("eXIf", [1, 2, 3]),
        ]
        let png = HandmadePNG(width: 1, height: 1, between: texts, rows: [[4, 5, 6]])
        #expect(try darkroom.decode(png.file).pixels == [4, 5, 6])
    }

    @Test func `a grey JPEG is widened`() throws {
        let file = try jpeg([UInt8](repeating: 77, count: 64), TJPF_GRAY, TJSAMP_GRAY)
        let picture = try darkroom.decode(file)
        #expect(picture.pixels.count == 192 && picture.pixels.allSatisfy { abs(Int($0) - 77) <= 1 })
    }

    @Test func `a JPEG of printing inks is no picture of ours`() throws {
        let file = try jpeg([UInt8](repeating: 77, count: 256), TJPF_CMYK, TJSAMP_444)
        #expect(throws: DarkroomFault.self) { try darkroom.decode(file) }
    }

    /// Eight by eight pixels.
    private func jpeg(_ pixels: [UInt8], _ format: TJPF, _ sampling: TJSAMP) throws -> [UInt8] {
        let compressor = try #require(tjInitCompress())
        defer { tjDestroy(compressor) }
        var (start, count): (UnsafeMutablePointer<UInt8>?, UInt) = (nil, 0)
        defer { tjFree(start) }
        try #require(
            tjCompress2(compressor, pixels, 8, 0, 8, Int32(format.rawValue), &start, &count, Int32(sampling.rawValue), 100, 0)
                == 0)
        return Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    @Test func `a WebP with alpha is laid on white`() throws {
        let layered: [UInt8] = [1, 2, 3, 255, 1, 2, 3, 0, 0, 100, 200, 128, 9, 9, 9, 255]
        var start: UnsafeMutablePointer<UInt8>?
        defer { WebPFree(start) }
        let count = WebPEncodeLosslessRGBA(layered, 2, 2, 8, &start)
        let file = Array(UnsafeBufferPointer(start: start, count: count))
        #expect(try darkroom.decode(file).pixels == [1, 2, 3, 255, 255, 255, 127, 177, 227, 9, 9, 9])
    }
}
