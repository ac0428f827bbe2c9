import Inference
import Testing
import Units

@testable import Gateway

/// The policy table of docs/guides/billing.md.
struct BillTests {
    private let terms = Bill.Terms(inputFairTokens: 40, inputTokensMax: 1000, outputTokensMax: 100)

    private func delivered(_ bytes: Int) -> Delivered {
        var delivered = Delivered()
        delivered.count(outputBytes: bytes)
        return delivered
    }

    private func bill(_ end: AnswerEnd, bytes: Int = 30, opened: Bool = true) -> Bill {
        Bill.of(end, delivered: delivered(bytes), wasOpened: opened, terms: terms)
    }

    @Test func `a reported usage is billed as measured`() {
        let usage = Usage(promptTokens: 17, cachedTokens: 4, completionTokens: 3)
        #expect(bill(.completed(usage: usage)) == .settle(usage, .measured, note: ""))
    }

    @Test func `without a report the answer is counted: a third of its bytes, rounded up`() {
        #expect(bill(.completed(usage: nil), bytes: 31).usage == Usage(promptTokens: 40, completionTokens: 11))
    }

    @Test(arguments: [
        Usage(promptTokens: 17, completionTokens: 101),
        Usage(promptTokens: 1001, completionTokens: 3),
        Usage(promptTokens: -1, completionTokens: 3),
        Usage(promptTokens: 17, cachedTokens: 18, completionTokens: 3),
        Usage(promptTokens: 17, completionTokens: .max),
    ])
    func `a report that cannot be true is not believed`(usage: Usage) {
        guard case .settle(let billed, .counted, _) = bill(.completed(usage: usage)) else {
            Issue.record("billed as reported")
            return
        }
        #expect(billed == Usage(promptTokens: 40, completionTokens: 10))
    }

    @Test func `what is counted never exceeds the cap that was sent`() {
        #expect(bill(.completed(usage: nil), bytes: 10_000).usage?.completionTokens == 100)
    }

    @Test func `an engine that fails before it delivered anything costs nothing`() {
        #expect(bill(.failed(EngineFailure(.broken, detail: "")), bytes: 0).usage == nil)
    }

    @Test func `an engine that breaks off costs what it delivered`() {
        #expect(bill(.failed(EngineFailure(.broken, detail: ""))).usage == Usage(promptTokens: 40, completionTokens: 10))
    }

    @Test func `a caller who leaves before an answer began pays nothing`() {
        #expect(bill(.callerLeft, bytes: 0, opened: false).usage == nil)
    }

    @Test(arguments: [(0, 0), (1, 1), (30, 10)])
    func `a caller who leaves later pays the prompt and what was delivered`(bytes: Int, tokens: Int) {
        #expect(bill(.callerLeft, bytes: bytes).usage == Usage(promptTokens: 40, completionTokens: tokens))
    }

    @Test func `an answer cut at its cap is counted`() {
        #expect(bill(.cutShort, bytes: 30_000).usage == Usage(promptTokens: 40, completionTokens: 100))
    }
}
