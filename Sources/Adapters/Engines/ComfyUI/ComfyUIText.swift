/// A prompt as `CLIPTextEncode` may have it.
enum ComfyUIText {
    /// The text with `embedding:` broken in two. ComfyUI takes what follows that word for the name of a file of its operator's,
    /// wherever it stands; a stranger is not to load files. Weights, `(word:1.2)`, are left as they are: they only weigh the
    /// caller's own words. Source: `SDTokenizer.tokenize_with_weights`,
    /// https://github.com/Comfy-Org/ComfyUI/blob/master/comfy/sd1_clip.py
    ///
    /// Bytes are compared, not characters: an accent behind the colon would make another character of it, and hide it.
    static func withoutFiles(_ text: String) -> String {
        let word = Array("embedding".utf8)
        var written: [UInt8] = []
        written.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            if byte == UInt8(ascii: ":"), written.suffix(word.count).map({ $0 | 0x20 }) == word {
                written.append(UInt8(ascii: " "))
            }
            written.append(byte)
        }
        return String(decoding: written, as: UTF8.self)
    }
}
