import NIOCore

/// The sandbox's only source of variety: a sequence fixed by its seed. SplitMix64: <https://prng.di.unimi.it/splitmix64.c>.
struct SandboxDice: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func roll() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// 0..<`bound`; `bound` is at least 1. The bias of the remainder is of no matter here.
    mutating func below(_ bound: Int) -> Int { Int(roll() % UInt64(bound)) }

    mutating func pick<Element>(from choices: [Element]) -> Element { choices[below(choices.count)] }

    /// `length` letters and digits, as in OpenAI's identifiers.
    mutating func identifier(length: Int) -> String {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        return String((0..<length).map { _ in alphabet[below(alphabet.count)] })
    }

    /// Another sequence, fixed by this seed and a number; this one goes on unchanged.
    func fork(_ number: Int) -> SandboxDice {
        var child = SandboxDice(seed: state ^ UInt64(truncatingIfNeeded: number) &* 0xD6E8_FEB8_6659_FD93)
        _ = child.roll()
        return child
    }
}

/// FNV-1a, 64 bits: what makes equal prompts equal seeds. <http://www.isthe.com/chongo/tech/comp/fnv/>
struct SandboxFingerprint {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        // An end mark no UTF-8 text contains, so that ("ab", "c") and ("a", "bc") differ.
        value = (value ^ 0xFF) &* 0x0000_0100_0000_01B3
    }

    /// Eight bytes a step: bodies with images are long.
    mutating func add(_ buffer: ByteBuffer) {
        buffer.withUnsafeReadableBytes { bytes in
            let words = bytes.count / 8
            for word in 0..<words {
                let bits = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: word * 8, as: UInt64.self))
                value = (value ^ bits) &* 0x0000_0100_0000_01B3
                // The multiplication carries upwards only; this lets high bytes reach the low bits.
                value ^= value >> 32
            }
            add(bytes[(words * 8)...])
        }
    }
}
