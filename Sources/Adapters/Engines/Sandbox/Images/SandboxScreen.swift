import Inference

/// The texture a picture is printed with, one for each scheduler: rulings, dots, hatchings, with grain where the scheduler adds noise at each
/// step, and twice as coarse with Karras' schedule.
struct SandboxScreen: Hashable, Sendable {
    /// Pixels a side; it is repeated over the picture.
    static let side = 32
    /// How much lighter or darker, -128...128, row after row.
    let shades: [Int32]

    init(_ scheduler: Scheduler) {
        // One beginning for all: what differs is the ruling.
        var dice = SandboxDice(seed: 0x0053_4352_4545_4E)
        let scale = scheduler.isKarras ? 2 : 1
        var shades: [Int32] = []
        shades.reserveCapacity(SandboxScreen.side * SandboxScreen.side)
        for y in 0..<SandboxScreen.side {
            for x in 0..<SandboxScreen.side {
                let ruled = SandboxScreen.ruling(of: scheduler.sampler, x / scale, y / scale)
                let grain = Int32(dice.below(129)) - 64
                let share: Int32 = SandboxScreen.isGrainy(scheduler.sampler) ? 2 : 5
                shades.append((ruled * share + grain * (8 - share)) / 8)
            }
        }
        self.shades = shades
    }

    private static func isGrainy(_ sampler: String) -> Bool {
        sampler.hasSuffix(" a") || sampler.contains("SDE")
    }

    /// -128...128, of period 8.
    private static func ruling(of sampler: String, _ x: Int, _ y: Int) -> Int32 {
        switch sampler {
        case "Euler a": wave(x + y / 2)
        case "Euler": wave(y)
        case "LMS": wave(x)
        case "Heun": wave(x + y)
        case "DPM2": wave(x - y)
        case "DPM2 a": wave(x + 2 * y)
        case "DPM++ 2S a": (wave(x) + wave(y)) / 2
        case "DPM++ 2M": dot(x, y)
        case "DPM++ SDE": dot(x + y, x - y)
        case "DPM++ 2M SDE": -dot(x, y)
        default: (x / 4 + y / 4) % 2 == 0 ? 96 : -96
        }
    }

    /// Up and down in eight pixels.
    private static func wave(_ place: Int) -> Int32 {
        let phase = ((place % 8) + 8) % 8
        return Int32((phase < 4 ? phase : 7 - phase) * 85) - 128
    }

    /// Round dots, every second row shifted by half.
    private static func dot(_ x: Int, _ y: Int) -> Int32 {
        let row = ((y % 16) + 16) % 16
        let (across, down) = (((x + (row < 8 ? 0 : 4)) % 8 + 8) % 8 - 4, row % 8 - 4)
        return 128 - Int32(min(across * across + down * down, 16)) * 16
    }
}
