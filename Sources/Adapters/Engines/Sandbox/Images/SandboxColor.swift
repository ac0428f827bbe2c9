/// A colour as it is mixed: red, green and blue, 0...255 each. Only sums, products and quotients are taken of it, which every machine
/// rounds alike.
struct SandboxColor: Hashable, Sendable {
    var red: Float
    var green: Float
    var blue: Float

    /// - Parameters:
    ///   - hue: degrees, any: 0 is red, 120 green, 240 blue.
    ///   - saturation: 0...1.
    ///   - lightness: 0...1.
    init(hue: Int, saturation: Float, lightness: Float) {
        let turned = Float(((hue % 360) + 360) % 360) / 30
        let reach = saturation * (lightness < 0.5 ? lightness : 1 - lightness)
        // Source: CSS Color 4, §7.1, "Converting HSL colors to sRGB".
        func channel(_ shift: Float) -> Float {
            var place = turned + shift
            if place >= 12 { place -= 12 }
            let slope = min(min(place - 3, 9 - place), 1)
            return 255 * (lightness - reach * max(slope, -1))
        }
        (red, green, blue) = (channel(0), channel(8), channel(4))
    }

    func mixed(with other: SandboxColor, _ share: Float) -> SandboxColor {
        var mixed = self
        mixed.red += (other.red - red) * share
        mixed.green += (other.green - green) * share
        mixed.blue += (other.blue - blue) * share
        return mixed
    }

    /// `light` falls on it: brighter, never beyond white.
    func lit(by light: SandboxColor, _ strength: Float) -> SandboxColor {
        var lit = self
        lit.red += (255 - red) * light.red / 255 * strength
        lit.green += (255 - green) * light.green / 255 * strength
        lit.blue += (255 - blue) * light.blue / 255 * strength
        return lit
    }

    /// - Parameter contrast: 1 changes nothing; below, everything is nearer to grey.
    func with(contrast: Float) -> SandboxColor {
        func stretched(_ value: Float) -> Float { min(max(118 + (value - 118) * contrast, 0), 255) }
        var changed = self
        (changed.red, changed.green, changed.blue) = (stretched(red), stretched(green), stretched(blue))
        return changed
    }
}
