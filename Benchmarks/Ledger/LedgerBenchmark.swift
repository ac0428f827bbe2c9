import ArgumentParser
import CMimalloc
import Foundation

/// The ledger without a server around it: how fast its writer is, and books large enough to time a start with.
@main
struct LedgerBenchmark: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger-benchmark", abstract: "The ledger without a server around it.",
        subcommands: [WriterAlone.self, LimitsAlone.self, FilledBooks.self])

    /// With the server's own allocator, set as there.
    static func main() {
        mi_option_set_default(mi_option_decommit_delay, 500)
        main(nil)
    }

    /// One JSON document on standard output.
    static func print(_ figures: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try FileHandle.standardOutput.write(contentsOf: encoder.encode(figures) + Data("\n".utf8))
    }
}
