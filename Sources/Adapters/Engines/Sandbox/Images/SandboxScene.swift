import Inference

/// What is to be seen in a picture, decided before a pixel of it is painted, from nothing but the order: palette and shapes from model and
/// words, arrangement from the seed, contrast from the cfg scale, roughness from the steps, texture from the scheduler, and a bite out of the
/// disc for what is not wanted.
struct SandboxScene: Sendable {
    /// The sun, or the moon.
    struct Disc: Hashable, Sendable {
        var x: Float
        var y: Float
        var radius: Float
        /// The middle of what is bitten out of it, of the same radius; nil: it is whole.
        var bite: SandboxPoint?
    }

    /// One range of hills, from the far ones to the near.
    struct Hills: Hashable, Sendable {
        var ridge: SandboxRidge
        /// Where the ridge is, and how much it rises and falls, in heights of the picture.
        var base: Float
        var relief: Float
        /// Length of the first wave, in waves across the picture.
        var waves: Float
        /// 0: the farthest, 1: the nearest.
        var nearness: Float
    }

    let width: Int
    let height: Int
    let palette: SandboxPalette
    let screen: SandboxScreen
    /// Pixels from the top.
    let horizon: Float
    let disc: Disc
    let clouds: [SandboxSky.Cloud]
    let curtains: [SandboxCurtain]
    let hills: [Hills]
    let stars: [SandboxPoint]
    let caption: String

    /// Words that become clouds.
    private static let cloudsMax = 6
    private static let starsCount = 90

    /// - Parameters:
    ///   - text: the prompt without its directives.
    ///   - scheduler: the one that is used.
    init(_ order: ImageOrder, text: String, scheduler: Scheduler) {
        let prompt = order.prompt
        (width, height) = (prompt.width, prompt.height)
        let (across, down) = (Float(width), Float(height))
        let model = SandboxScene.fingerprint(prompt.model)
        let said = SandboxScene.fingerprint(text)
        let words = SandboxScene.words(of: text)
        let arrangement = SandboxDice(seed: UInt64(bitPattern: order.seed) ^ (said &* 31) ^ model)

        palette = SandboxPalette(
            model: model, prompt: said, words: words, contrast: 0.62 + Float(prompt.cfgHundredths) / 700 * 0.76)
        screen = SandboxScreen(scheduler)
        var dice = arrangement.fork(1)
        let horizon = down * Float(56 + dice.below(12)) / 100
        self.horizon = horizon
        disc = SandboxScene.disc(across, down, horizon, without: prompt.negativePrompt, dice: &dice)
        clouds = SandboxScene.clouds(for: words, across, horizon, palette.disc, dice: &dice)
        let hem = arrangement.fork(2)
        curtains = (0..<1 + Int(model >> 24 % 3)).map { number in
            SandboxCurtain(
                hem: SandboxRidge(waves: 2, dice: hem.fork(number)),
                folds: SandboxRidge(waves: max(2, prompt.steps), dice: hem.fork(100 + number)),
                base: 0.30 + 0.11 * Float(number), strength: 0.62 - 0.12 * Float(number), length: 0.34)
        }
        hills = SandboxScene.hills(3 + Int(model >> 8 % 3), steps: prompt.steps, horizon / down, dice: arrangement.fork(3))
        stars =
            palette.isNight
            ? (0..<SandboxScene.starsCount).map { _ in
                SandboxPoint(x: across * Float(dice.below(4096)) / 4096, y: horizon * Float(dice.below(4096)) / 4096)
            } : []
        caption = "SANDBOX · \(prompt.model) · \(width)×\(height) · seed \(order.seed)"
    }

    private static func fingerprint(_ text: String) -> UInt64 {
        var fingerprint = SandboxFingerprint()
        fingerprint.add(text.utf8)
        // The high bits of a fingerprint of few bytes differ little.
        var dice = SandboxDice(seed: fingerprint.value)
        return dice.roll()
    }

    private static func words(of text: String) -> [String] {
        text.lowercased().split { !$0.isLetter }.map(String.init)
    }

    private static func disc(
        _ across: Float, _ down: Float, _ horizon: Float, without negative: String, dice: inout SandboxDice
    ) -> Disc {
        let side = min(across, down)
        let radius = side * Float(8 + dice.below(8)) / 100
        var disc = Disc(
            x: across * Float(18 + dice.below(65)) / 100, y: horizon * Float(30 + dice.below(48)) / 100, radius: radius, bite: nil
        )
        if !negative.isEmpty {
            var unwanted = SandboxDice(seed: fingerprint(negative))
            let shift = radius * (0.35 + Float(unwanted.below(500)) / 1000)
            // A point on a square around the disc, brought to its circle.
            let (x, y) = (Float(unwanted.below(2001) - 1000), Float(unwanted.below(2) * 2000 - 1000))
            let length = (x * x + y * y).squareRoot()
            disc.bite = SandboxPoint(x: disc.x + x / length * shift, y: disc.y + y / length * shift)
        }
        return disc
    }

    private static func clouds(
        for words: [String], _ across: Float, _ horizon: Float, _ light: SandboxColor, dice: inout SandboxDice
    ) -> [SandboxSky.Cloud] {
        words.prefix(cloudsMax).map { word in
            let hue = fingerprint(word)
            return SandboxSky.Cloud(
                x: across * Float(dice.below(1000)) / 1000, y: horizon * Float(100 + dice.below(850)) / 1000,
                radius: across * Float(12 + dice.below(22)) / 100,
                color: SandboxColor(hue: Int(hue % 360), saturation: 0.65, lightness: 0.62).mixed(with: light, 0.35))
        }
    }

    private static func hills(_ count: Int, steps: Int, _ horizon: Float, dice: SandboxDice) -> [Hills] {
        (0..<count).map { number in
            let nearness = Float(number) / Float(count - 1)
            return Hills(
                ridge: SandboxRidge(waves: steps, dice: dice.fork(number)), base: horizon + (0.93 - horizon) * nearness,
                relief: 0.13 - 0.04 * nearness, waves: 2.2 + Float(number) * 0.7, nearness: nearness)
        }
    }
}

/// A place in a picture, in pixels from its left upper corner.
struct SandboxPoint: Hashable, Sendable {
    var x: Float
    var y: Float
}
