import Fuzzing
import TestKit
import Testing

@Suite struct FuzzTargetTests {
    @Test(arguments: FuzzTarget.allCases)
    func `every property holds for the corpus and for mutations of it`(target: FuzzTarget) {
        let corpus = Corpus(of: target)
        #expect(corpus.files.count >= 15, "a corpus is kept")
        let mutations = 1500 / max(corpus.files.count, 1)
        for (number, file) in corpus.files.enumerated() {
            expectHolds(target, file.bytes, file.name)
            for mutation in 0..<mutations {
                var seed = Seed(UInt64(number * 10_000 + mutation))
                expectHolds(target, corpus.mutation(of: file.bytes, &seed), "\(file.name), mutated with \(seed)")
            }
        }
    }

    private func expectHolds(_ target: FuzzTarget, _ bytes: [UInt8], _ name: String) {
        do throws(BrokenProperty) { try target.check(bytes) } catch {
            Issue.record("\(target.rawValue), \(name): \(error)\n\(String(decoding: bytes.prefix(400), as: UTF8.self))")
        }
    }
}
