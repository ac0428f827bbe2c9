import Foundation
import Inference
import NIOCore

/// How a prompt is told from others by how it begins: what an upstream that caches prompts goes by too. The same in every life of
/// the server, so that a restart does not cost the caches.
enum PrefixHash {
    /// nil: too short for an upstream to cache it, and its caller names no cache.
    static func of(_ prompt: ChatPrompt) -> UInt64? {
        if let key = prompt["prompt_cache_key"], key.readableBytes > 2 { return of(key, bytes: key.readableBytes) }
        guard let messages = prompt["messages"], messages.readableBytes >= RouteLimits.prefixBytes else { return nil }
        return of(messages, bytes: RouteLimits.prefixBytes)
    }

    static func of(_ text: String) -> UInt64 { of(ByteBuffer(string: text), bytes: text.utf8.count) }

    private static func of(_ buffer: ByteBuffer, bytes: Int) -> UInt64 {
        buffer.withUnsafeReadableBytes { all in
            var sum = UInt64(truncatingIfNeeded: bytes)
            var place = 0
            while place + 8 <= bytes {
                sum = mixed(sum ^ UInt64(littleEndian: all.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
                place += 8
            }
            while place < bytes {
                sum = mixed(sum ^ UInt64(all[place]))
                place += 1
            }
            return sum
        }
    }

    /// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): every bit of the outcome depends on every bit given.
    static func mixed(_ number: UInt64) -> UInt64 {
        var z = number &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Above 0 and below 1.
    static func fraction(_ number: UInt64) -> Double { (Double(number >> 11) + 0.5) / 9_007_199_254_740_992 }
}

extension Double {
    var naturalLogarithm: Double { log(self) }
}
