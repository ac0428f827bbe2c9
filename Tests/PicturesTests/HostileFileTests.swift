import Inference
import TestKit
import Testing

@testable import Pictures

/// Files that want to be something else, or nothing.
@Suite struct HostileFileTests {
    private let darkroom = CodecDarkroom()

    private func refusal(of file: [UInt8]) -> String? {
        do throws(DarkroomFault) {
            _ = try darkroom.decode(file)
            return nil
        } catch { return error.description }
    }

    // MARK: Size

    @Test(
        arguments: [
            (100_000, 100_000), (16_384, 1), (1, 16_384), (4097, 4096), (0, 1), (1, 0), (0x7FFF_FFFF, 0x7FFF_FFFF), (.max, .max),
        ] as [(UInt32, UInt32)])
    func `a PNG that claims to be huge is not decoded`(width: UInt32, height: UInt32) {
        let refusal = refusal(of: HandmadePNG(width: width, height: height, rows: [[0, 0, 0]]).file)
        #expect(refusal?.contains("\(width)x\(height) pixels") == true)
    }

    @Test func `a JPEG that claims to be huge is not decoded`() throws {
        var file = try darkroom.encode(.gradient(16, 16), as: .jpeg)
        let frame = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0]) })
        file.replaceSubrange(frame + 5..<frame + 9, with: [0xFD, 0xE8, 0xFD, 0xE8])
        #expect(refusal(of: file)?.contains("65000x65000 pixels") == true)
    }

    @Test func `a WebP that claims to be huge is not decoded`() throws {
        var file = try darkroom.encode(.gradient(16, 16), as: .webp)
        file.replaceSubrange(26..<30, with: [0xFF, 0x3F, 0xFF, 0x3F])
        #expect(refusal(of: file)?.contains("16383x16383 pixels") == true)
    }

    @Test func `a file beyond the limit is not looked into`() {
        var file = HandmadePNG(width: 1, height: 1, rows: [[0, 0, 0]]).file
        file += [UInt8](repeating: 0, count: PictureLimits.fileBytesMax)
        #expect(refusal(of: file)?.contains("bytes") == true)
    }

    @Test func `a PNG of endless small chunks is given up`() {
        let crumbs = [(String, [UInt8])](repeating: ("tEXt", []), count: PictureLimits.chunksMax)
        #expect(
            refusal(of: HandmadePNG(width: 1, height: 1, between: crumbs, rows: [[0, 0, 0]]).file)?.contains("chunks") == true)
    }

    @Test func `a PNG that needs what nobody knows is not guessed at`() {
        #expect(
            refusal(of: HandmadePNG(width: 1, height: 1, between: [("NEED", [])], rows: [[0, 0, 0]]).file)?.contains("needed")
                == true)
    }

    @Test(arguments: [UInt8.max, 3, 5, 7]) func `a PNG of an unknown colour type is refused`(colors: UInt8) {
        #expect(refusal(of: HandmadePNG(width: 1, height: 1, colors: colors, rows: [[0, 0, 0]]).file) != nil)
    }

    @Test func `a PNG with too few rows is refused`() {
        #expect(refusal(of: HandmadePNG(width: 1, height: 3, rows: [[0, 0, 0]]).file) != nil)
    }

    // MARK: Damage

    @Test(arguments: PictureFormat.allCases)
    func `a file cut short anywhere is refused`(format: PictureFormat) throws {
        let file = try darkroom.encode(.noise(24, 20), as: format)
        for length in 0..<file.count {
            #expect(refusal(of: Array(file.prefix(length))) != nil, "\(length) of \(file.count) bytes")
        }
    }

    @Test func `a damaged PNG is refused or is the picture all the same`() throws {
        let picture = Picture.noise(16, 12)
        let file = try darkroom.encode(picture, as: .png)
        for place in file.indices {
            var damaged = file
            damaged[place] ^= 0x10
            do throws(DarkroomFault) {
                #expect(try darkroom.decode(damaged) == picture, "byte \(place)")
            } catch { #expect(!error.description.isEmpty) }
        }
    }

    /// Neither has sums of its bytes: what can be asked is that nothing worse happens than a wrong picture.
    @Test(arguments: [PictureFormat.jpeg, .webp])
    func `a damaged lossy file is refused or is some picture within the limits`(format: PictureFormat) throws {
        let file = try darkroom.encode(.noise(16, 12), as: format)
        var sequence = Seed(7)
        for _ in 0..<2000 {
            var damaged = file
            for _ in 0..<1 + Int(sequence.next() % 4) {
                damaged[Int(sequence.next() % UInt64(file.count))] = UInt8(truncatingIfNeeded: sequence.next())
            }
            guard let picture = try? darkroom.decode(damaged) else { continue }
            #expect(picture.width * picture.height <= PictureLimits.pixelsMax)
        }
    }

    @Test func `random bytes are no picture`() {
        var sequence = Seed(3)
        for length in 0..<300 { #expect(refusal(of: sequence.bytes(length)) != nil) }
    }

    @Test(arguments: PictureFormat.allCases)
    func `random bytes after a good beginning are no picture`(format: PictureFormat) throws {
        var sequence = Seed(4)
        let file = try darkroom.encode(.gradient(16, 16), as: format)
        for beginning in [4, 12] {
            for _ in 0..<300 {
                let length = Int(sequence.next() % 200)
                #expect(refusal(of: file.prefix(beginning) + sequence.bytes(length)) != nil)
            }
        }
    }

    @Test func `an animation is no picture`() {
        // VP8X with the animation bit, of one pixel; RFC 9649 §2.7.
        let header: [UInt8] = Array("VP8X".utf8) + [10, 0, 0, 0, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let frame: [UInt8] = Array("ANIM".utf8) + [6, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let body = Array("WEBP".utf8) + header + frame
        #expect(refusal(of: Array("RIFF".utf8) + [UInt8(body.count), 0, 0, 0] + body) != nil)
    }
}
