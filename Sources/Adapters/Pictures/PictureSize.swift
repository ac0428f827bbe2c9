import Inference

/// Width and height within the limits: whoever has one may take the memory.
struct PictureSize {
    let width: Int
    let height: Int

    var pixels: Int { width * height }
    /// Of eight bits each of red, green and blue.
    var bytes: Int { pixels * 3 }

    init(width: Int, height: Int) throws(DarkroomFault) {
        let sides = 1...PictureLimits.sideMax
        guard sides ~= width, sides ~= height, width * height <= PictureLimits.pixelsMax else {
            throw DarkroomFault(
                "\(width)x\(height) pixels; \(PictureLimits.pixelsMax) in all and \(PictureLimits.sideMax) a side is the most")
        }
        self.width = width
        self.height = height
    }
}
