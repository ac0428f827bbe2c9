import Inference
import Testing

@testable import Pictures

@Suite struct RoundTripTests {
    private let darkroom = CodecDarkroom()

    @Test(arguments: [(1, 1), (3, 2), (17, 33), (256, 256), (640, 9)])
    func `a PNG is the picture, pixel for pixel`(width: Int, height: Int) throws {
        for picture in [Picture.noise(width, height), .gradient(width, height)] {
            let file = try darkroom.encode(picture, as: .png)
            #expect(try darkroom.decode(file) == picture)
        }
    }

    @Test(arguments: [PictureFormat.jpeg, .webp], [(16, 16), (257, 300), (1344, 256)])
    func `a lossy file has the exact size and nearly the colours`(format: PictureFormat, size: (Int, Int)) throws {
        let picture = Picture.gradient(size.0, size.1)
        let back = try darkroom.decode(try darkroom.encode(picture, as: format))
        #expect((back.width, back.height) == size)
        #expect(back.difference(from: picture) < 4)
    }

    @Test(arguments: [PictureFormat.jpeg, .webp], [(1, 1), (1, 7), (5, 1)])
    func `the smallest pictures keep their size`(format: PictureFormat, size: (Int, Int)) throws {
        let back = try darkroom.decode(try darkroom.encode(.noise(size.0, size.1), as: format))
        #expect((back.width, back.height) == size)
    }

    @Test(arguments: PictureFormat.allCases)
    func `the same picture is the same file`(format: PictureFormat) throws {
        let picture = Picture.noise(64, 48)
        #expect(try darkroom.encode(picture, as: format) == darkroom.encode(picture, as: format))
    }

    @Test(arguments: PictureFormat.allCases)
    func `a file's first bytes say what it is`(format: PictureFormat) throws {
        let file = try darkroom.encode(.gradient(32, 32), as: format)
        #expect(PictureFormat(startOf: file) == format)
        let magic: [UInt8] =
            switch format {
            case .png: [0x89, 0x50, 0x4E, 0x47]
            case .jpeg: [0xFF, 0xD8, 0xFF]
            case .webp: Array("RIFF".utf8)
            }
        #expect(file.starts(with: magic))
    }

    @Test func `a PNG holds its header, the pixels and what their values mean, nothing else`() throws {
        let file = try darkroom.encode(.noise(200, 200), as: .png)
        var kinds: [String] = []
        var offset = 8
        while offset + 12 <= file.count {
            let length = file[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
            kinds.append(String(decoding: file[offset + 4..<offset + 8], as: UTF8.self))
            offset += length + 12
        }
        #expect(offset == file.count)
        #expect(kinds.first == "IHDR" && kinds.last == "IEND")
        #expect(Set(kinds).isSubset(of: ["IHDR", "sRGB", "gAMA", "cHRM", "IDAT", "IEND"]), "\(kinds)")
    }

    @Test func `a JPEG holds tables, frame and scan, nothing else, and its colours are as fine as its brightness`() throws {
        let file = try darkroom.encode(.noise(40, 40), as: .jpeg)
        var markers: [UInt8] = []
        var offset = 2
        var sampling: [UInt8] = []
        while offset + 4 <= file.count, file[offset] == 0xFF {
            let marker = file[offset + 1]
            markers.append(marker)
            if marker == 0xC0 { sampling = [11, 14, 17].map { file[offset + $0] } }
            if marker == 0xDA { break }
            offset += 2 + Int(file[offset + 2]) << 8 + Int(file[offset + 3])
        }
        // APP0 is JFIF's density, which readers expect; tables, frame, scan.
        #expect(Set(markers) == [0xE0, 0xDB, 0xC0, 0xC4, 0xDA])
        #expect(markers.filter { $0 == 0xE0 }.count == 1)
        #expect(sampling == [0x11, 0x11, 0x11])
        #expect(file.suffix(2) == [0xFF, 0xD9])
    }

    @Test func `a WebP holds one lossy picture, nothing else`() throws {
        let file = try darkroom.encode(.noise(40, 40), as: .webp)
        #expect(String(decoding: file[12..<16], as: UTF8.self) == "VP8 ")
        let length = file[16..<20].reversed().reduce(0) { $0 << 8 | Int($1) }
        #expect(file.count == 20 + length + length % 2)
    }

    @Test func `a picture beyond the limits is not encoded`() {
        let wide = Picture(width: 16_384, height: 1, pixels: [UInt8](repeating: 0, count: 16_384 * 3))
        for format in PictureFormat.allCases {
            #expect(throws: DarkroomFault.self) { try darkroom.encode(wide, as: format) }
        }
    }

    // MARK: Crops

    @Test(arguments: [
        (4, 4, [5, 6, 9, 10]), (5, 4, [6, 7, 11, 12]), (5, 5, [6, 7, 11, 12]), (2, 2, [0, 1, 2, 3]), (3, 2, [0, 1, 3, 4]),
    ])
    func `a crop is the middle, a pixel to the left and the top when there is a choice`(width: Int, height: Int, kept: [UInt8])
        throws
    {
        let pixels = (0..<width * height).flatMap { [UInt8](repeating: UInt8($0), count: 3) }
        let picture = Picture(width: width, height: height, pixels: pixels)
        let crop = try #require(picture.cropped(width: 2, height: 2))
        #expect(crop.pixels == kept.flatMap { [$0, $0, $0] })
        #expect(try darkroom.decode(darkroom.encode(crop, as: .png)) == crop)
    }

    @Test func `what is too small is not cropped`() {
        #expect(Picture.noise(3, 3).cropped(width: 4, height: 3) == nil)
        #expect(Picture.noise(3, 3).cropped(width: 3, height: 4) == nil)
        #expect(Picture.noise(3, 3).cropped(width: 3, height: 3) == .noise(3, 3))
    }
}
