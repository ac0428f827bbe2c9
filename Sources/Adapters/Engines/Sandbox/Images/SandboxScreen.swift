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
        let ruling = SandboxScreen.ruling(of: scheduler.sampler)
        let share: Int32 = SandboxScreen.isGrainy(scheduler.sampler) ? 2 : 5
        var shades: [Int32] = []
        shades.reserveCapacity(SandboxScreen.side * SandboxScreen.side)
        for y in 0..<SandboxScreen.side {
            for x in 0..<SandboxScreen.side {
                let grain = Int32(dice.below(129)) - 64
                shades.append((ruling(x / scale, y / scale) * share + grain * (8 - share)) / 8)
            }
        }
        self.shades = shades
    }

    private static func isGrainy(_ sampler: String) -> Bool {
        sampler.hasSuffix(" a") || sampler.contains("SDE")
    }

    /// -128...128, of period 8.
    private static func ruling(of sampler: String) -> (_ x: Int, _ y: Int) -> Int32 {
        switch sampler {
        case "Euler a": { wave($0 + $1 / 2) }
        case "Euler": { _, y in wave(y) }
        case "LMS": { x, _ in wave(x) }
        case "Heun": { wave($0 + $1) }
        case "DPM2": { wave($0 - $1) }
        case "DPM2 a": { wave($0 + 2 * $1) }
        case "DPM++ 2S a": { (wave($0) + wave($1)) / 2 }
        case "DPM++ 2M": { dot($0, $1) }
        case "DPM++ SDE": { dot($0 + $1, $0 - $1) }
        case "DPM++ 2M SDE": { -dot($0, $1) }
        default: { ($0 / 4 + $1 / 4) % 2 == 0 ? 96 : -96 }
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
