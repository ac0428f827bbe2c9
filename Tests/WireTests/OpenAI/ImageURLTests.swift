import Foundation
import Inference
import NIOCore
import Testing

@testable import Wire

@Suite struct ImageURLTests {
    private func outcome(_ url: String) -> Result<PromptImage.Source, ImageFault> {
        var json = ByteBuffer()
        json.writeJSON(url)
        return json.readJSON { reader in
            guard let text = try? reader.readString() else { return .failure(.format) }
            do throws(ImageFault) { return .success(try ImageURL.read(text)) } catch { return .failure(error) }
        }
    }

    private func fault(_ url: String) -> String? {
        if case .failure(let fault) = outcome(url) { fault.code } else { nil }
    }

    private func image(_ bytes: [UInt8], _ type: String = "image/png") -> Result<PromptImage.Source, ImageFault> {
        outcome("data:\(type);base64,\(Data(bytes).base64EncodedString())")
    }

    // MARK: addresses

    @Test(
        arguments: [
            ("https://example.com/image.jpg", "example.com"), ("HTTPS://EXAMPLE.com", "example.com"),
            ("https://example.com:443/a", "example.com"), ("https://a-b.c_d.example.com./x?y#z", "a-b.c_d.example.com"),
            ("https://8.8.8.8/a.png", "8.8.8.8"), ("https://[2606:4700::1111]:8443/a", "[2606:4700::1111]"),
            ("https://xn--fsq.example/ü", "xn--fsq.example"), ("https://1e100.net/x", "1e100.net"), ("https://0x.org/", "0x.org"),
            ("https://example.com?u=http://127.0.0.1@x", "example.com"), ("https://mylocal/../a.example.com", nil),
            ("https://notlocal.example.com", "notlocal.example.com"), ("https://localhost.example.com", "localhost.example.com"),
        ] as [(String, String?)])
    func `takes addresses of public hosts`(url: String, host: String?) {
        if let host {
            #expect(outcome(url) == .success(.address(host: host)))
        } else {
            #expect(fault(url) == "invalid_image_url")
        }
    }

    @Test(arguments: [
        "", "example.com/a.png", "//example.com/a", "http://example.com/a", "ftp://example.com/a", "file:///etc/passwd",
        "gopher://example.com", "javascript:alert(1)", "https:/example.com", "https:example.com", "https://", "https:///a",
        "https://.", "https://..", "https://example..com", "https://user@example.com/", "https://user:pw@example.com/",
        "https://@127.0.0.1/", "https://example.com@127.0.0.1/", "https://example.com:0/", "https://example.com:65536/",
        "https://example.com:8o/", "https://example.com:/", "https://example.com:80:80/", "https://exa mple.com/",
        "https://example.com/a b", "https://example.com\\@127.0.0.1/", "https://example.com/\n", "https://example.com\t/",
        "https://exa%6dple.com/", "https://example.com%00.evil.org/", "https://127.0.0.1%2f@example.com/",
        "https://①②⑦.0.0.1/", "https://127。0。0。1/", "https://１２７.0.0.1/", "https://ⓛocalhost/", "https://例え.jp/x.png",
        "https://localhost/", "https://LOCALHOST./", "https://a.localhost/", "https://printer.local/", "https://db.internal/",
        "https://metadata.google.internal/", "https://nas.lan/", "https://router.home.arpa/", "https://intranet/",
        "https://kubernetes/", "https://x.onion/", "https://a.test/", "https://a.invalid/",
        "https://127.0.0.1/", "https://127.0.0.1./", "https://127.1/", "https://127.0.1/", "https://2130706433/",
        "https://0x7f000001/", "https://0x7f.1/", "https://0X7F.0.0.1/", "https://0177.0.0.1/", "https://017700000001/",
        "https://127.0.0.01/", "https://0/", "https://0.0.0.0/", "https://10.0.0.1/", "https://010.0.0.1/", "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data/", "https://172.16.0.1/", "https://172.31.255.255/", "https://192.168.0.1/",
        "https://192.0.0.1/", "https://192.0.2.1/", "https://198.18.0.1/", "https://198.51.100.1/", "https://203.0.113.9/",
        "https://224.0.0.1/", "https://240.0.0.1/", "https://255.255.255.255/", "https://256.1.1.1/", "https://1.2.3/",
        "https://134744072/", "https://1.2.3.4.5/", "https://1.1.1.0x1/", "https://127.0.0.1:8080/",
        "https://[::1]/", "https://[::]/", "https://[0:0:0:0:0:0:0:1]/", "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/", "https://[64:ff9b::7f00:1]/", "https://[64:ff9b:1::a00:1]/",
        "https://[2002:7f00:1::]/", "https://[2001:0:1::1]/", "https://[2001:db8::1]/", "https://[fc00::1]/",
        "https://[fd12:3456::1]/", "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[ff02::1]/",
        "https://[3fff::1]/", "https://[100::1]/", "https://[::1/", "https://[]/", "https://[1::2::3]/", "https://[::1]x/",
        "https://[2606:4700::1111]:/", "https://[12345::]/", "https://[:::]/", "https://[1:2:3:4:5:6:7]/",
        "https://[2606:4700:0:0:0:0:0:0:1]/", "https://2606:4700::1111/",
    ])
    func `refuses every other address, however it is written`(url: String) {
        #expect(fault(url) == "invalid_image_url")
    }

    @Test func `refuses an address that is very long`() {
        let address = "https://example.com/"
        #expect(fault(address + String(repeating: "a", count: 8192 - address.utf8.count)) == nil)
        #expect(fault(address + String(repeating: "a", count: 8193 - address.utf8.count)) == "invalid_image_url")
    }

    // MARK: data

    @Test(arguments: [
        ("data:image/png,abcd", "invalid_image_url"), ("data:image/png;base64", "invalid_image_url"),
        ("data:;base64,AAAA", "unsupported_image_media_type"), ("data:image/svg+xml;base64,AAAA", "unsupported_image_media_type"),
        ("data:image/bmp;base64,AAAA", "unsupported_image_media_type"), ("data:image/png;base64,", "empty_image_file"),
        ("data:image/png;base64,AAA", "invalid_base64_image"), ("data:image/png;base64,AA=A", "invalid_base64_image"),
        ("data:image/png;base64,A===", "invalid_base64_image"), ("data:image/png;base64,====", "invalid_base64_image"),
        ("data:image/png;base64,AA-_", "invalid_base64_image"), ("data:image/png;base64,AA\nAA", "invalid_base64_image"),
        ("data:image/png;base64,AAAé", "invalid_base64_image"), ("data:image/png;base64,AAAA", "invalid_image_format"),
        ("DATA:IMAGE/PNG;charset=x;BASE64,AAAA", "invalid_image_format"),
    ])
    func `says what is wrong with data`(url: String, code: String) {
        #expect(fault(url) == code)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `decodes base64 as Foundation does, one byte at a time`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = (0..<Int.random(in: 1...80, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
        let text = Array(Data(bytes).base64EncodedString().utf8)
        try text.withUnsafeBytes { raw in
            let base64 = try #require(Base64Bytes(raw))
            #expect(base64.count == bytes.count)
            #expect((0..<base64.count).map { base64[$0] } == bytes)
            #expect(base64[bytes.count] == nil)
            #expect(base64[-1] == nil)
        }
    }

    // MARK: headers

    private static func be(_ value: Int, _ length: Int) -> [UInt8] {
        (0..<length).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
    }

    private static func le(_ value: Int, _ length: Int) -> [UInt8] { be(value, length).reversed() }

    private static func png(_ width: Int, _ height: Int) -> [UInt8] {
        [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + be(13, 4) + Array("IHDR".utf8) + be(width, 4) + be(height, 4)
    }

    /// With an EXIF segment that holds a thumbnail's own frame header.
    private static func jpeg(_ width: Int, _ height: Int, start: UInt8) -> [UInt8] {
        let thumbnail: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC0] + be(17, 2) + [8] + be(1, 2) + be(2, 2)
        return [0xFF, 0xD8, 0xFF, 0xE1] + be(thumbnail.count + 2, 2) + thumbnail + [0xFF, 0xFF, 0xDB] + be(3, 2) + [0]
            + [0xFF, 0xC4] + be(4, 2) + [0, 0] + [0xFF, start] + be(17, 2) + [8] + be(height, 2) + be(width, 2)
    }

    private static func webp(_ chunk: String, _ data: [UInt8]) -> [UInt8] {
        Array("RIFF".utf8) + le(data.count + 12, 4) + Array("WEBP\(chunk)".utf8) + le(data.count, 4) + data
    }

    private static func gif(_ width: Int, _ height: Int, frames: Int) -> [UInt8] {
        let frame: [UInt8] =
            [0x21, 0xF9, 4, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 1, 0, 1, 0, 0x80] + [0, 0, 0, 1, 1, 1, 2, 2, 0x4C, 1, 0]
        return Array("GIF89a".utf8) + le(width, 2) + le(height, 2) + [0x81, 0, 0] + Array(repeating: 7, count: 12)
            + (0..<frames).flatMap { _ in frame } + [0x3B]
    }

    @Test(arguments: [
        (png(1152, 768), ImageFormat.png, 1152, 768), (jpeg(4000, 3000, start: 0xC0), .jpeg, 4000, 3000),
        (jpeg(640, 480, start: 0xC2), .jpeg, 640, 480), (jpeg(5, 6, start: 0xCF), .jpeg, 5, 6),
        (webp("VP8 ", [0x30, 1, 0, 0x9D, 0x01, 0x2A] + le(320 | 0x4000, 2) + le(240 | 0x8000, 2)), .webp, 320, 240),
        (webp("VP8L", [0x2F] + le(99 | 199 << 14 | 1 << 28, 4)), .webp, 100, 200),
        (webp("VP8X", [0x10, 0, 0, 0] + le(6999, 3) + le(4999, 3)), .webp, 7000, 5000), (gif(33, 44, frames: 1), .gif, 33, 44),
        (Array(gif(33, 44, frames: 1).dropLast(3)), .gif, 33, 44),
    ])
    func `reads format and size from the header`(bytes: [UInt8], format: ImageFormat, width: Int, height: Int) {
        let expected = PromptImage.Source.data(format: format, width: width, height: height, bytes: bytes.count)
        #expect(image(bytes) == .success(expected))
        #expect(image(bytes, "image/gif") == .success(expected), "the label does not matter")
    }

    @Test(arguments: [png(7, 8), jpeg(7, 8, start: 0xC1), webp("VP8L", [0x2F, 1, 2, 3, 4]), gif(7, 8, frames: 1)])
    func `never reads beyond a header cut short`(bytes: [UInt8]) {
        for length in 1..<bytes.count {
            switch image(Array(bytes.prefix(length))) {
            case .success(.data(_, let width, let height, _)): #expect(width > 0 && height > 0)
            case .success(.address): Issue.record("not an address")
            case .failure(let fault): #expect(fault == .header || fault == .format)
            }
        }
    }

    @Test(arguments: [
        (png(0, 9), ImageFault.header), (png(9, 0), .header), (png(1 << 31, 1), .header),
        (jpeg(0, 9, start: 0xC0), .header), ([0xFF, 0xD8, 0xFF, 0xDA, 0, 2], .header), ([0xFF, 0xD8, 0xFF, 0xE0, 0, 1], .header),
        (png(65_535, 65_535), .tooManyPixels(width: 65_535, height: 65_535)),
        (png(6_325, 6_325), .tooManyPixels(width: 6_325, height: 6_325)),
        (png(2_147_483_647, 2_147_483_647), .tooManyPixels(width: 2_147_483_647, height: 2_147_483_647)),
        (gif(9, 9, frames: 2), .animated), (gif(9, 9, frames: 0), .header),
        (webp("VP8X", [0x02, 0, 0, 0] + le(9, 3) + le(9, 3)), .animated), (webp("ALPH", [0, 0, 0, 0]), .header),
        (Array("%PDF-1.7".utf8), .format), (Array("<svg xmlns=".utf8), .format), (Array("BM000000".utf8), .format),
    ])
    func `refuses broken, moving and huge images`(bytes: [UInt8], fault: ImageFault) {
        #expect(image(bytes) == .failure(fault))
    }

    @Test func `takes 20 MB and no byte more, and is done at once with a GIF of very many frames`() {
        let limit = ChatRequestLimits.imageBytesMax
        let header = Self.png(10, 10)
        #expect((try? image(header + [UInt8](repeating: 0, count: limit - header.count)).get()) != nil)
        #expect(image(header + [UInt8](repeating: 0, count: limit + 1 - header.count)) == .failure(.tooManyBytes(limit + 1)))
        #expect(image(Self.gif(9, 9, frames: 10_000)) == .failure(.animated))
    }
}
