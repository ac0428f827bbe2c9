extension VisionTokens {
    /// The most patches an image is cut into; larger ones are scaled down to fit.
    private static let patchesMax = 1536
    /// Four tiles along the longer side of 2048 pixels, two along the shorter of 768.
    private static let tilesMax = 8

    /// The tokens of the most expensive image there is.
    package var tokensMax: Int {
        switch self {
        case .tiles(let base, let tile): base + VisionTokens.tilesMax * tile
        case .patches(let hundredths): VisionTokens.tokens(patches: VisionTokens.patchesMax, hundredths)
        }
    }

    /// The tokens an image of this size is billed as, wherever bills and formula agree; `auto` is billed as `high`.
    ///
    /// - Parameters:
    ///   - width: pixels, at least 1; a smaller number counts as 1.
    ///   - height: likewise.
    package func tokens(width: Int, height: Int, detail: PromptImage.Detail) -> Int {
        let (width, height) = (max(width, 1), max(height, 1))
        switch self {
        case .tiles(let base, _) where detail == .low: return base
        case .tiles(let base, let tile): return base + tile * VisionTokens.tiles(width, height)
        // `low` has been billed as `high` by the patch models.
        case .patches(let hundredths):
            return VisionTokens.tokens(patches: VisionTokens.patches(width, height), hundredths)
        }
    }

    /// The most an image of a prompt can count: what is held for it.
    func tokensBound(of image: PromptImage) -> Int {
        switch (self, image.source) {
        case (.tiles(let base, _), _) where image.detail == .low: base
        case (.tiles, .data(_, let width, let height, _)): tokens(width: width, height: height, detail: image.detail)
        // Some thin shapes were billed as the maximum where the formula gives less.
        case (.patches, _), (.tiles, .address): tokensMax
        }
    }

    /// What an image of a prompt is likely to count.
    func tokensExpected(of image: PromptImage) -> Int {
        switch image.source {
        case .data(_, let width, let height, _): tokens(width: width, height: height, detail: image.detail)
        case .address: tokensBound(of: image)
        }
    }

    /// 512-pixel tiles of the image scaled down, never up, to fit 2048×2048 and then to a shorter side of 768. Exact: the
    /// scaled sides stay fractions.
    private static func tiles(_ width: Int, _ height: Int) -> Int {
        let (long, short) = (max(width, height), min(width, height))
        let fitted = max(long, 2048)
        // The shorter side after the first step is short * 2048 / fitted.
        if short * 2048 > 768 * fitted { return 2 * (768 * long).ceilingDivided(by: 512 * short) }
        return (2048 * long).ceilingDivided(by: 512 * fitted) * (2048 * short).ceilingDivided(by: 512 * fitted)
    }

    /// 32-pixel patches; beyond ``patchesMax`` of the image scaled to that area, then to whole patches along one side.
    private static func patches(_ width: Int, _ height: Int) -> Int {
        let plain = width.ceilingDivided(by: 32) * height.ceilingDivided(by: 32)
        guard plain > patchesMax else { return plain }
        let ratio = Double(width) / Double(height)
        let across = (Double(patchesMax) * ratio).squareRoot()
        let down = (Double(patchesMax) / ratio).squareRoot()
        // A thin image keeps at least one patch along each side.
        let shrink = min(max(across.rounded(.down), 1) / across, max(down.rounded(.down), 1) / down)
        return min(patchesMax, wholePatches(across * shrink) * wholePatches(down * shrink))
    }

    /// Rounded up, after the noise of the arithmetic is taken off: 33.0000000001 patches are 33.
    private static func wholePatches(_ side: Double) -> Int {
        Int(max(1, ((side * 1_000_000).rounded() / 1_000_000).rounded(.up)))
    }

    private static func tokens(patches: Int, _ multiplierHundredths: Int) -> Int {
        (patches * multiplierHundredths).ceilingDivided(by: 100) + 1
    }
}

extension Int {
    /// The quotient of non-negative numbers, rounded up.
    func ceilingDivided(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
