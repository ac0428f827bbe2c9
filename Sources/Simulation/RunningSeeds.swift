import Glibc

/// Says which seed was running when a precondition of the code under test ends the process.
package enum RunningSeeds {
    /// How many runs there may be at once.
    package static let slotsMax = 64

    // Written by the runs, read by the signal handler alone: a torn word would only spoil a message.
    private nonisolated(unsafe) static let slots: UnsafeMutablePointer<UInt64> = {
        let slots = UnsafeMutablePointer<UInt64>.allocate(capacity: slotsMax)
        slots.initialize(repeating: .max, count: slotsMax)
        return slots
    }()

    /// To be called once, before the first run.
    package static func announceWhenTrapped() {
        _ = slots
        for number in [SIGILL, SIGTRAP, SIGABRT] {
            signal(number) { number in
                RunningSeeds.say("a precondition failed while these seeds were running (replay: make simulate SEED=…):")
                for slot in 0..<RunningSeeds.slotsMax where RunningSeeds.slots[slot] != .max {
                    RunningSeeds.say(" ")
                    RunningSeeds.say(RunningSeeds.slots[slot])
                }
                RunningSeeds.say("\n")
                signal(number, SIG_DFL)
                raise(number)
            }
        }
    }

    static func note(_ seed: UInt64?, in slot: Int) { slots[slot] = seed ?? .max }

    private static func say(_ text: StaticString) { text.withUTF8Buffer { _ = write(2, $0.baseAddress, $0.count) } }

    /// In decimal, without allocating.
    private static func say(_ number: UInt64) {
        var rest = number
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            var first = 20
            repeat {
                first -= 1
                digits[first] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            } while rest > 0
            _ = write(2, digits.baseAddress?.advanced(by: first), 20 - first)
        }
    }
}
