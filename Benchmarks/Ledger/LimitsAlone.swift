import ArgumentParser
import Commerce
import Foundation
import Gateway
import NIOCore
import Units

/// What limits cost: CPU for each request that is counted and finished, and memory for each key that was ever seen.
struct LimitsAlone: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "limits", abstract: "Requests counted under limits.")

    @Option(help: "Keys with limits, an account each.")
    var keys = 100_000
    @Option(help: "Requests of each key.")
    var rounds = 10

    private struct Figures: Encodable {
        let keys, requests, refused, peakBytesAdded: Int
        let cpuMicrosecondsPerRequest: Double
    }

    func run() throws {
        let amounts = RateLimits.Amounts(
            requests: 1_000_000, tokens: 1_000_000_000, spend: Money(nanodollars: 1_000_000_000_000))
        let limits = RateLimits(minute: amounts, day: amounts, concurrent: 100)
        let records = (1...Int64(keys)).map { number in
            KeyRecord(
                id: KeyID(number), account: AccountID(number), book: .live, mac: [], prefix: "sk-", label: "", models: nil,
                limit: nil, expires: nil, created: Instant(seconds: 0))
        }
        let use = RateUse(tokens: 1000, spend: Money(nanodollars: 600_000))
        let used = RateUse(tokens: 20, spend: Money(nanodollars: 4350))
        let desk = LimitDesk(LimitRules(key: limits))
        let (before, began) = (usage().ru_maxrss, cpuMicroseconds())
        var refused = 0
        for _ in 0..<rounds {
            for key in records {
                do {
                    desk.finish(try desk.take(key, model: "gpt-4o-mini", use, at: .now()), used)
                } catch { refused += 1 }
            }
        }
        let requests = keys * rounds
        try LedgerBenchmark.print(
            Figures(
                keys: keys, requests: requests, refused: refused, peakBytesAdded: (usage().ru_maxrss - before) * 1024,
                cpuMicrosecondsPerRequest: Double(cpuMicroseconds() - began) / Double(requests)))
    }

    private func usage() -> rusage {
        var used = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &used)
        return used
    }

    private func cpuMicroseconds() -> Int {
        let used = usage()
        return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1_000_000 + Int(used.ru_utime.tv_usec + used.ru_stime.tv_usec)
    }
}
