/// The strip at the foot of a picture that says what it is.
struct SandboxCaption {
    private let lines: [String]
    private let width: Int
    /// Pixels of the picture to one of a letter.
    private let scale: Int

    /// Pixels between letters, between lines and around them, before scaling.
    private static let gap = 1
    private static let leading = 3
    private static let margin = 4
    private static let advance = SandboxLettering.width + gap
    /// Light on the strip, and the share of the picture that is still seen through it, in 256ths.
    private static let ink: UInt8 = 242
    private static let seenThrough = 70

    /// - Parameter text: parts, parted by ` · `; a line ends between two of them, and a part too long for a line is cut.
    init(_ text: String, width: Int) {
        self.width = width
        scale = max(1, width / 320)
        let room = max(4, (width / scale - 2 * SandboxCaption.margin) / SandboxCaption.advance)
        var lines: [String] = []
        for part in text.split(separator: " · ") {
            let part = part.count > room ? part.prefix(room - 1) + "…" : part
            if let last = lines.last, last.count + 3 + part.count <= room {
                lines[lines.count - 1] = "\(last) · \(part)"
            } else {
                lines.append(String(part))
            }
        }
        self.lines = lines
    }

    /// Pixels of the picture.
    private var stripHeight: Int {
        let letters = lines.count * SandboxLettering.height + (lines.count - 1) * SandboxCaption.leading
        return (letters + 2 * SandboxCaption.margin) * scale
    }

    func write(on pixels: inout [UInt8], height: Int) {
        let top = max(0, height - stripHeight)
        pixels.withUnsafeMutableBufferPointer { pixels in
            for index in top * width * 3..<height * width * 3 {
                pixels[index] = UInt8(truncatingIfNeeded: Int(pixels[index]) * SandboxCaption.seenThrough >> 8)
            }
            for (number, line) in lines.enumerated() {
                let y = top + (SandboxCaption.margin + number * (SandboxLettering.height + SandboxCaption.leading)) * scale
                for (place, letter) in line.enumerated() {
                    let x = (SandboxCaption.margin + place * SandboxCaption.advance) * scale
                    draw(SandboxLettering.rows(of: letter), x, y, on: pixels, height)
                }
            }
        }
    }

    private func draw(_ rows: [UInt8], _ left: Int, _ top: Int, on pixels: UnsafeMutableBufferPointer<UInt8>, _ height: Int) {
        for y in 0..<SandboxLettering.height * scale where top + y < height {
            for x in 0..<SandboxLettering.width * scale where left + x < width {
                let column = SandboxLettering.width - 1 - x / scale
                guard rows[y / scale] >> column & 1 == 1 else { continue }
                let start = ((top + y) * width + left + x) * 3
                for channel in start..<start + 3 { pixels[channel] = SandboxCaption.ink }
            }
        }
    }
}
