/// Randomness that can be had again: the same seed makes the same run, so a failure that prints its seed can be replayed.
///
/// The generator is SplitMix64: https://prng.di.unimi.it/splitmix64.c
package struct Seed: RandomNumberGenerator, Sendable, CustomStringConvertible {
    package let number: UInt64
    private var state: UInt64

    package init(_ number: UInt64) {
        self.number = number
        state = number
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// True once in `count` times, on average.
    package mutating func once(in count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    package var description: String { "seed \(number)" }
}
