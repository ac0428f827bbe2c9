/// How a model counts the tokens of an image. Source: OpenAI's "Images and vision" guide (2025, 2026), corrected by recorded
/// bills where the guide and the bills disagree: docs/decisions/0006-vision-tokens.md.
package enum VisionTokens: Hashable, Sendable {
    /// `base` for any image, and `tile` for each 512-pixel tile of the image scaled down to fit 2048×2048 and a short side of 768.
    case tiles(base: Int, tile: Int)
    /// 32-pixel patches, at most 1536, times the multiplier, plus one.
    case patches(multiplierHundredths: Int)
}
