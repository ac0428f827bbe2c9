/// A size that an upstream offers: `1024x1536`.
package struct OpenAIImagesSize: Hashable, Sendable, CustomStringConvertible {
    package let width: Int
    package let height: Int

    /// - Precondition: both are positive.
    package init(width: Int, height: Int) {
        precondition(width > 0 && height > 0, "a picture has a width and a height")
        self.width = width
        self.height = height
    }

    /// Reads `1024x1536`; nil for everything else, and beyond 8192.
    package init?(_ text: String) {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { side in
            side.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(side) : nil
        }
        guard sides.count == 2, let width = sides[0], let height = sides[1],
            (1...OpenAIImagesLimits.sideMax).contains(width), (1...OpenAIImagesLimits.sideMax).contains(height)
        else { return nil }
        self.init(width: width, height: height)
    }

    package var description: String { "\(width)x\(height)" }

    /// What gpt-image-1 offers.
    package static let standard = [
        OpenAIImagesSize(width: 1024, height: 1024), OpenAIImagesSize(width: 1024, height: 1536),
        OpenAIImagesSize(width: 1536, height: 1024),
    ]

    /// The smallest of `offered` that `width` by `height` can be cut out of; nil: there is none.
    static func smallest(of offered: [OpenAIImagesSize], covering width: Int, _ height: Int) -> OpenAIImagesSize? {
        offered.filter { $0.width >= width && $0.height >= height }.min { $0.width * $0.height < $1.width * $1.height }
    }
}
