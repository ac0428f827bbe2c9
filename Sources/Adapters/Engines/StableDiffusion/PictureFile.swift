import Inference

/// A picture as it stands in an answer: base64 of a PNG, JPEG or WebP file, perhaps as a data URL. It is not decoded here.
struct PictureFile {
    let bytes: [UInt8]

    /// - Throws: `wrongResult` when it is not such a file by its first bytes.
    init(base64 text: String) throws(ImageFailure) {
        var digits = text[...]
        if digits.hasPrefix("data:image/"), let comma = digits.firstIndex(of: ",") { digits = digits[digits.index(after: comma)...] }
        guard let bytes = Base64.decode(String(digits)) else {
            throw ImageFailure(.wrongResult, detail: "the picture is not base64")
        }
        guard PictureFile.isPicture(bytes) else {
            throw ImageFailure(.wrongResult, detail: "what came is no PNG, JPEG or WebP file")
        }
        self.bytes = bytes
    }

    /// Sources: PNG specification §5.2, ITU-T T.81 annex B, RFC 9649 §2.
    private static func isPicture(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) || bytes.starts(with: [0xFF, 0xD8, 0xFF])
            || (bytes.starts(with: Array("RIFF".utf8)) && bytes.dropFirst(8).starts(with: Array("WEBP".utf8)))
    }
}
