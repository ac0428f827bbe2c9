/// Width and height as a server takes them: rounded up to a multiple, never down, so that the caller can crop what comes to what was asked.
struct PictureSize: Hashable, Sendable, CustomStringConvertible {
    let width: Int
    let height: Int

    /// - Parameter multiple: 8 for AUTOMATIC1111's kind, which would round down; 64 for stable-diffusion.cpp.
    init(width: Int, height: Int, roundedUpTo multiple: Int) {
        self.width = (width + multiple - 1) / multiple * multiple
        self.height = (height + multiple - 1) / multiple * multiple
    }

    var description: String { "\(width)x\(height)" }
}
