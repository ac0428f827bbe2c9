/// Everything soft, as light on a coarse grid: the sky's gradient, the glow around the disc, one cloud of colour for each word, and curtains
/// of an aurora. Between the knots the painting interpolates, so that none of this costs anything at each pixel.
struct SandboxSky: Sendable {
    /// Pixels from knot to knot.
    static let pitch = 8
    let knotsAcross: Int
    /// Red, green, blue of each knot in 256ths, row after row. One more each way than the picture needs.
    let knots: [Int32]

    /// A round cloud of colour.
    struct Cloud: Hashable, Sendable {
        var x: Float
        var y: Float
        var radius: Float
        var color: SandboxColor
    }

    init(_ scene: SandboxScene) {
        let (across, down) = (scene.width / SandboxSky.pitch + 2, scene.height / SandboxSky.pitch + 2)
        let curtains = scene.curtains.map { curtain in
            (0..<across).map { curtain.fold(atX: Float($0 * SandboxSky.pitch) / Float(scene.width), height: Float(scene.height)) }
        }
        var knots: [Int32] = []
        knots.reserveCapacity(across * down * 3)
        for row in 0..<down {
            let y = Float(row * SandboxSky.pitch)
            let depth = min(y / scene.horizon, 1)
            let ground = scene.palette.zenith.mixed(
                with: scene.palette.horizon, depth * depth * (3 - 2 * depth) * 0.6 + depth * 0.4)
            for column in 0..<across {
                let x = Float(column * SandboxSky.pitch)
                var color = ground
                for cloud in scene.clouds {
                    let (dx, dy) = (x - cloud.x, (y - cloud.y) * 1.8)
                    let near = 1 - (dx * dx + dy * dy) / (cloud.radius * cloud.radius)
                    if near > 0 { color = color.mixed(with: cloud.color, near * near * 0.55) }
                }
                for curtain in curtains {
                    color = color.lit(by: scene.palette.curtain, curtain[column].light(atY: y))
                }
                let (dx, dy) = (x - scene.disc.x, y - scene.disc.y)
                let glow = scene.disc.radius * scene.disc.radius * 1.6
                color = color.lit(by: scene.palette.disc, 0.75 * glow / (glow + dx * dx + dy * dy))
                knots.append(Int32(color.red * 256))
                knots.append(Int32(color.green * 256))
                knots.append(Int32(color.blue * 256))
            }
        }
        knotsAcross = across
        self.knots = knots
    }
}

/// A curtain of an aurora: its lower hem waves across the sky, its light fades upwards.
struct SandboxCurtain: Hashable, Sendable {
    let hem: SandboxRidge
    let folds: SandboxRidge
    /// Where the hem is, in heights of the picture.
    let base: Float
    let strength: Float
    /// How far the light reaches, in heights of the picture.
    let length: Float

    /// The curtain at one place across.
    struct Fold: Sendable {
        fileprivate let hemY: Float
        fileprivate let reach: Float
        fileprivate let strength: Float

        func light(atY y: Float) -> Float {
            let above = (hemY - y) / reach
            if above >= 1 { return 0 }
            if above >= 0 { return strength * (1 - above) * (1 - above) }
            // Below the hem it is gone soon.
            let below = above * 9
            return strength / (1 + below * below * 4)
        }
    }

    /// - Parameters:
    ///   - x: in widths of the picture.
    ///   - height: of the picture, in pixels.
    fileprivate func fold(atX x: Float, height: Float) -> Fold {
        let ray = 0.55 + 0.45 * folds.height(at: x * 9)
        return Fold(
            hemY: (base + hem.height(at: x * 1.6) * 0.10) * height, reach: length * height * (0.7 + 0.3 * ray),
            strength: strength * max(ray, 0.1))
    }
}
