/// The inks of a picture: a hue of the model's, one or two of the prompt's words, and the time of day that they name.
struct SandboxPalette: Hashable, Sendable {
    private(set) var zenith: SandboxColor
    private(set) var horizon: SandboxColor
    private(set) var disc: SandboxColor
    private(set) var curtain: SandboxColor
    private(set) var farHill: SandboxColor
    private(set) var nearHill: SandboxColor
    /// Whether stars are seen.
    let isNight: Bool

    /// Hues, in degrees, of words that name one.
    private static let hues: [String: Int] = [
        "red": 2, "fire": 12, "autumn": 22, "orange": 28, "sunset": 16, "sunrise": 24, "dawn": 20, "desert": 36, "gold": 44,
        "golden": 44, "sun": 46,
        "yellow": 54,
        "spring": 92, "green": 130, "forest": 140, "jungle": 145, "teal": 176, "sea": 190, "ocean": 200, "ice": 196,
        "winter": 204,
        "sky": 208, "blue": 218, "night": 232, "space": 246, "purple": 278, "violet": 270, "magenta": 310, "pink": 334,
        "rose": 344,
    ]
    private static let nightWords: Set<String> = ["night", "midnight", "dark", "space", "moon", "stars", "starry", "aurora"]
    private static let dayWords: Set<String> = ["day", "noon", "morning", "bright", "sunny", "summer", "spring", "light"]

    private enum Hour: Int { case dusk, night, day }

    /// - Parameters:
    ///   - words: the prompt's, in small letters.
    ///   - contrast: 1 is as the inks are.
    init(model: UInt64, prompt: UInt64, words: [String], contrast: Float) {
        // What a phrase is about comes last: "a lighthouse by the sea at sunset".
        let named = words.compactMap { SandboxPalette.hues[$0] }.reversed()
        let modelHue = Int(model % 360)
        let promptHue = named.first ?? Int(prompt % 360)
        let otherHue = named.dropFirst().first ?? promptHue + 60 + Int(prompt >> 32 % 120)
        var hour = Hour(rawValue: Int((model >> 16 ^ prompt >> 20) % 3)) ?? .dusk
        if words.contains(where: SandboxPalette.dayWords.contains) { hour = .day }
        if words.contains(where: SandboxPalette.nightWords.contains) { hour = .night }
        isNight = hour == .night
        switch hour {
        case .dusk:
            zenith = SandboxColor(hue: modelHue, saturation: 0.50, lightness: 0.30)
            horizon = SandboxColor(hue: promptHue, saturation: 0.80, lightness: 0.70)
        case .night:
            zenith = SandboxColor(hue: modelHue, saturation: 0.60, lightness: 0.10)
            horizon = SandboxColor(hue: promptHue, saturation: 0.55, lightness: 0.36)
        case .day:
            zenith = SandboxColor(hue: modelHue, saturation: 0.52, lightness: 0.58)
            horizon = SandboxColor(hue: promptHue, saturation: 0.78, lightness: 0.86)
        }
        disc = SandboxColor(hue: promptHue + 22, saturation: 0.92, lightness: 0.88)
        curtain = SandboxColor(hue: otherHue, saturation: 0.80, lightness: 0.60)
        nearHill = SandboxColor(hue: modelHue + 14, saturation: 0.46, lightness: hour == .day ? 0.20 : 0.10)
        farHill = horizon.mixed(with: SandboxColor(hue: modelHue + 8, saturation: 0.42, lightness: 0.34), 0.55)
        stretch(contrast)
    }

    private mutating func stretch(_ contrast: Float) {
        zenith = zenith.with(contrast: contrast)
        horizon = horizon.with(contrast: contrast)
        disc = disc.with(contrast: contrast)
        curtain = curtain.with(contrast: contrast)
        farHill = farHill.with(contrast: contrast)
        nearHill = nearHill.with(contrast: contrast)
    }
}
