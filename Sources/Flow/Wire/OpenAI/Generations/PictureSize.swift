import Inference

/// The size of a picture as OpenAI writes it: `1024x768`.
struct PictureSize {
    let width: Int
    let height: Int

    /// - Returns: nil for what is no such text or lies outside of ``ImagePrompt/sideRange``.
    init?(_ text: String) {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false)
        guard sides.count == 2, let width = PictureSize.side(sides[0]), let height = PictureSize.side(sides[1]) else {
            return nil
        }
        self.width = width
        self.height = height
    }

    private static func side(_ text: Substring) -> Int? {
        guard (1...4).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let side = Int(text) else {
            return nil
        }
        return ImagePrompt.sideRange.contains(side) ? side : nil
    }
}
