/// A line that rises and falls: waves upon waves, each of half the length and less of the height of the one before.
struct SandboxRidge: Hashable, Sendable {
    /// Random heights, -1...1, that the waves go through.
    private let posts: [Float]
    private let waves: Int
    /// What all waves together reach.
    private let reach: Float

    private static let postCount = 512
    /// The share of its height that a wave leaves to the next; at a half the line would soon be smooth to the eye.
    private static let persistence: Float = 0.56

    /// - Parameter waves: at least 1; the more, the rougher.
    init(waves: Int, dice: SandboxDice) {
        var dice = dice
        posts = (0..<SandboxRidge.postCount).map { _ in Float(dice.below(2001) - 1000) / 1000 }
        self.waves = waves
        var (reach, height): (Float, Float) = (0, 1)
        // The line keeps the height of its first wave mostly, so that more of them roughen it and do not flatten it.
        for _ in 0..<waves {
            reach += height
            height *= SandboxRidge.persistence
        }
        self.reach = 1 + (reach - 1) * 0.5
    }

    /// -1...1, mostly.
    /// - Parameter place: in lengths of the first wave.
    func height(at place: Float) -> Float {
        var (sum, height, scaled): (Float, Float, Float) = (0, 1, place)
        for wave in 0..<waves {
            let whole = Int(scaled)
            let part = scaled - Float(whole)
            let eased = part * part * (3 - 2 * part)
            let index = whole + wave * 61
            let (left, right) = (posts[index % SandboxRidge.postCount], posts[(index + 1) % SandboxRidge.postCount])
            sum += (left + (right - left) * eased) * height
            height *= SandboxRidge.persistence
            scaled = scaled * 2 + 0.37
        }
        return sum / reach
    }
}
