/// What paints a row of a scene, whichever.
///
/// Colours are summed in integers of 1/16,384: 256ths of the sky's knots times 8 × 8 for its two interpolations.
struct SandboxBrush: Sendable {
    let scene: SandboxScene
    private let sky: SandboxSky
    private let ranges: [Range]

    private static let unit: Int32 = 16_384
    /// How much the screen shades the sky, and the hills: 128 of it are four levels, and ten.
    private static let skyShade: Int32 = unit * 4 / 128
    private static let hillShade: Int32 = unit * 10 / 128
    /// Pixels below a ridge on which light still lies.
    private static let rim: Int32 = 48

    /// A range of hills as it lies on this picture.
    private struct Range: Sendable {
        /// 16ths of a pixel from the top, for each column.
        let ridge: [Int32]
        let highest: Int32
        let lowest: Int32
        let color: SandboxColor
        let foot: SandboxColor
    }

    init(_ scene: SandboxScene) {
        self.scene = scene
        sky = SandboxSky(scene)
        let (across, down) = (Float(scene.width), Float(scene.height))
        ranges = scene.hills.map { hills in
            let ridge = (0..<scene.width).map { x in
                Int32((hills.base + hills.relief * hills.ridge.height(at: Float(x) / across * hills.waves)) * down * 16)
            }
            let color = scene.palette.farHill.mixed(with: scene.palette.nearHill, hills.nearness)
            return Range(
                ridge: ridge, highest: ridge.min() ?? 0, lowest: ridge.max() ?? 0, color: color,
                foot: color.mixed(with: scene.palette.horizon, 0.34 * (1 - hills.nearness)))
        }
    }

    /// - Parameter row: the three bytes of each of its pixels.
    func paint(_ y: Int, _ row: UnsafeMutablePointer<UInt8>) {
        let line = Int32(y * 16)
        // What a nearer range covers altogether need not be painted.
        let first = ranges.lastIndex { $0.lowest <= line } ?? -1
        if first < 0 {
            paintSky(y, row)
            paintStars(y, row)
            paintDisc(y, row)
        }
        for range in ranges[max(first, 0)...] where range.highest < line + 16 { paint(range, y, row) }
    }

    private func paintSky(_ y: Int, _ row: UnsafeMutablePointer<UInt8>) {
        let pitch = SandboxSky.pitch
        let stride = sky.knotsAcross * 3
        let (above, part) = (y / pitch * stride, Int32(y % pitch))
        sky.knots.withUnsafeBufferPointer { knots in
            scene.screen.shades.withUnsafeBufferPointer { shades in
                let shadeRow = y % SandboxScreen.side * SandboxScreen.side
                func knot(_ index: Int) -> Int32 {
                    knots[above + index] * (8 - part) + knots[above + stride + index] * part
                }
                var x = 0
                var index = 0
                while x < scene.width {
                    var (red, green, blue) = (knot(index) * 8, knot(index + 1) * 8, knot(index + 2) * 8)
                    let (redStep, greenStep, blueStep) = (
                        knot(index + 3) - red / 8, knot(index + 4) - green / 8, knot(index + 5) - blue / 8
                    )
                    let end = x + pitch < scene.width ? x + pitch : scene.width
                    while x < end {
                        let shade = shades[shadeRow + x % SandboxScreen.side] * SandboxBrush.skyShade
                        SandboxBrush.put(red + shade, green + shade, blue + shade, row + x * 3)
                        red += redStep
                        green += greenStep
                        blue += blueStep
                        x += 1
                    }
                    index += 3
                }
            }
        }
    }

    private func paintStars(_ y: Int, _ row: UnsafeMutablePointer<UInt8>) {
        for (number, star) in scene.stars.enumerated() where Int(star.y) == y {
            let pixel = row + min(Int(star.x), scene.width - 1) * 3
            for channel in 0..<3 {
                let dark = Int(pixel[channel])
                pixel[channel] = UInt8(dark + (255 - dark) * (3 + number % 5) / 8)
            }
        }
    }

    private func paintDisc(_ y: Int, _ row: UnsafeMutablePointer<UInt8>) {
        let disc = scene.disc
        let dy = Float(y) + 0.5 - disc.y
        let half = (disc.radius + 1) * (disc.radius + 1) - dy * dy
        guard half > 0 else { return }
        let reach = half.squareRoot()
        let (left, right) = (max(0, Int(disc.x - reach)), min(scene.width - 1, Int(disc.x + reach)))
        guard left <= right else { return }
        // Its lower half is as the sky behind it, a little.
        let color = scene.palette.disc.mixed(with: scene.palette.horizon, max(0, dy / disc.radius) * 0.5)
        for x in left...right {
            let dx = Float(x) + 0.5 - disc.x
            var cover = min(max(disc.radius - (dx * dx + dy * dy).squareRoot(), 0), 1)
            if let bite = disc.bite {
                let (bx, by) = (Float(x) + 0.5 - bite.x, Float(y) + 0.5 - bite.y)
                cover *= min(max((bx * bx + by * by).squareRoot() - disc.radius, 0), 1)
            }
            let pixel = row + x * 3
            pixel[0] = SandboxBrush.blend(pixel[0], color.red, cover)
            pixel[1] = SandboxBrush.blend(pixel[1], color.green, cover)
            pixel[2] = SandboxBrush.blend(pixel[2], color.blue, cover)
        }
    }

    private func paint(_ range: Range, _ y: Int, _ row: UnsafeMutablePointer<UInt8>) {
        // Mist lies at the foot of the hills.
        let depth = (Float(y) - Float(range.highest) / 16) / Float(scene.height)
        let color = range.color.mixed(with: range.foot, min(max(depth * 5, 0), 1))
        let unit = Float(SandboxBrush.unit)
        let (red, green, blue) = (Int32(color.red * unit), Int32(color.green * unit), Int32(color.blue * unit))
        let bottom = Int32(y * 16 + 16)
        let shadeRow = y % SandboxScreen.side * SandboxScreen.side
        range.ridge.withUnsafeBufferPointer { ridge in
            scene.screen.shades.withUnsafeBufferPointer { shades in
                var x = 0
                while x < scene.width {
                    let below = bottom - ridge[x]
                    if below > 0 {
                        var shade = shades[shadeRow + x % SandboxScreen.side] * SandboxBrush.hillShade
                        if below < SandboxBrush.rim * 16 {
                            shade += (SandboxBrush.rim * 16 - below) * (SandboxBrush.unit * 22 / (SandboxBrush.rim * 16))
                        }
                        let pixel = row + x * 3
                        if below >= 16 {
                            SandboxBrush.put(red + shade, green + shade, blue + shade, pixel)
                        } else {
                            let (r, g, b) = (Int32(pixel[0]), Int32(pixel[1]), Int32(pixel[2]))
                            SandboxBrush.put(red + shade, green + shade, blue + shade, pixel)
                            pixel[0] = UInt8(truncatingIfNeeded: (r * (16 - below) + Int32(pixel[0]) * below) / 16)
                            pixel[1] = UInt8(truncatingIfNeeded: (g * (16 - below) + Int32(pixel[1]) * below) / 16)
                            pixel[2] = UInt8(truncatingIfNeeded: (b * (16 - below) + Int32(pixel[2]) * below) / 16)
                        }
                    }
                    x += 1
                }
            }
        }
    }

    // MARK: One pixel

    @inline(__always)
    private static func put(_ red: Int32, _ green: Int32, _ blue: Int32, _ pixel: UnsafeMutablePointer<UInt8>) {
        pixel[0] = level(red)
        pixel[1] = level(green)
        pixel[2] = level(blue)
    }

    @inline(__always)
    private static func level(_ sum: Int32) -> UInt8 {
        let level = sum >> 14
        return level < 0 ? 0 : level > 255 ? 255 : UInt8(truncatingIfNeeded: level)
    }

    private static func blend(_ under: UInt8, _ over: Float, _ cover: Float) -> UInt8 {
        UInt8(Float(under) + (over - Float(under)) * cover)
    }
}
