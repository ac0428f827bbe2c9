import Foundation
import Inference
import NIOCore
import Wire

/// An image that is accepted is one of four formats, of the size its bytes say and never a bomb; an address that is accepted
/// points to no inner address, also as the system's own lenient parser reads it.
enum ImageProperties {
    private static let catalog = ModelCatalog(chat: ChatModel.builtIn)
    private static let pixelsMax = 40_000_000

    static func check(image bytes: [UInt8]) throws(BrokenProperty) {
        guard let image = read("data:image/png;base64," + Data(bytes).base64EncodedString()) else { return }
        guard case .data(let format, let width, let height, let count) = image.source else {
            throw BrokenProperty("data was taken for an address")
        }
        try must(count == bytes.count, "\(bytes.count) bytes are counted as \(count)")
        try must(width > 0 && height > 0 && width <= pixelsMax / height, "an image of \(width)x\(height) was accepted")
        switch format {
        case .png:
            try must(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]), "no PNG")
            try must(
                bytes.count >= 24 && bigEndian(bytes[16..<20]) == width && bigEndian(bytes[20..<24]) == height, "another size")
        case .jpeg: try must(bytes.starts(with: [0xFF, 0xD8, 0xFF]) && width <= 65535 && height <= 65535, "no JPEG")
        case .webp: try must(bytes.starts(with: Array("RIFF".utf8)) && width <= 1 << 24 && height <= 1 << 24, "no WebP")
        case .gif:
            try must(bytes.starts(with: Array("GIF8".utf8)), "no GIF")
            try must(bigEndian(bytes[6..<8].reversed()) == width && bigEndian(bytes[8..<10].reversed()) == height, "another size")
        }
    }

    private static func bigEndian(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    static func check(address bytes: [UInt8]) throws(BrokenProperty) {
        // Whatever is no UTF-8 never comes as far as this reader.
        guard let text = String(validating: bytes, as: UTF8.self), let image = read(text) else { return }
        guard case .address(let host) = image.source else {
            try must(text.lowercased().hasPrefix("data:"), "an address was taken for data")
            return
        }
        try must(text.lowercased().hasPrefix("https://"), "an address without https")
        try must(host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } && host == host.lowercased(), "a host that is not plain")
        let authority = text.dropFirst(8).prefix { !"/?#".contains($0) }
        try must(!authority.contains("@") && authority.lowercased().hasPrefix(host), "'\(host)' is not what was written")
        var fourth = in_addr()
        if inet_aton(host, &fourth) != 0 {
            try must(isPublic(UInt32(bigEndian: fourth.s_addr)), "\(host) is an inner address")
        }
        var sixth = in6_addr()
        if host.hasPrefix("["), inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &sixth) == 1 {
            let first = withUnsafeBytes(of: sixth) { $0[0] }
            try must(first & 0xE0 == 0x20, "\(host) is no global unicast address")
        }
        for inner in ["localhost", "local", "internal"] {
            try must(host != inner && !host.hasSuffix(".\(inner)"), "\(host) is an inner name")
        }
    }

    private static func isPublic(_ address: UInt32) -> Bool {
        switch address >> 24 {
        case 0, 10, 127, 224...255: false
        case 100: address >> 22 != 100 << 2 | 1
        case 169: address >> 16 & 255 != 254
        case 172: address >> 20 & 15 != 1
        case 192: address >> 16 & 255 != 168
        default: true
        }
    }

    /// Sends the text as the URL of an image of a question; nil when it is refused.
    private static func read(_ url: String) -> PromptImage? {
        var body = ByteBuffer(
            string: #"{"model":"gpt-4o","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"#)
        body.writeJSON(url)
        body.writeString("}}]}]}")
        return try? ChatRequest.read(body, dialect: .openAI, catalog: catalog).prompt.images.first
    }
}
