import Inference
import Testing
import Units

@testable import Gateway

/// The policy table of docs/guides/billing.md.
struct BillTests {
    private let terms = Bill.Terms(inputFairTokens: 40, inputBoundTokens: 500, contextTokens: 1000, outputTokensMax: 100)

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
        #expect(bill(.completed(ChatEnd(usage: usage))) == .settle(usage, .measured, note: ""))
    }

    @Test func `without a report the answer is counted: a third of its bytes, rounded up`() {
        #expect(bill(.completed(ChatEnd(usage: nil)), bytes: 31).usage == Usage(promptTokens: 40, completionTokens: 11))
    }

    @Test(arguments: [
        Usage(promptTokens: 17, completionTokens: 101),
        Usage(promptTokens: 1001, completionTokens: 3),
        Usage(promptTokens: -1, completionTokens: 3),
        Usage(promptTokens: 17, cachedTokens: 18, completionTokens: 3),
        Usage(promptTokens: 17, completionTokens: .max),
    ])
    func `a report that cannot be true is not believed`(usage: Usage) {
        guard case .settle(let billed, .counted, _) = bill(.completed(ChatEnd(usage: usage))) else {
            Issue.record("billed as reported")
            return
        }
        #expect(billed == Usage(promptTokens: 40, completionTokens: 10))
    }

    @Test(arguments: [501, 1000])
    func `nobody pays for more of a prompt than was sent can be`(prompt: Int) {
        let usage = Usage(promptTokens: prompt, cachedTokens: prompt, completionTokens: 3, reasoningTokens: 2)
        guard case .settle(let billed, .counted, let note) = bill(.completed(ChatEnd(usage: usage))) else {
            Issue.record("billed as reported")
            return
        }
        #expect(billed == Usage(promptTokens: 500, cachedTokens: 500, completionTokens: 3, reasoningTokens: 2))
        #expect(note.contains("reported as \(prompt) tokens"))
    }

    @Test func `a report of all that a prompt can be is billed as it is`() {
        let usage = Usage(promptTokens: 500, completionTokens: 100)
        #expect(bill(.completed(ChatEnd(usage: usage))) == .settle(usage, .measured, note: ""))
    }

    /// Lowered cap, `finish_reason: length`, tokens: whether the end of the money is what ended it.
    @Test(arguments: [
        (true, true, 100, true), (true, false, 100, false), (false, true, 100, false), (true, true, 99, false),
        (true, true, 101, false),
    ])
    func `only a lowered cap that was reached is an end of the money`(lowered: Bool, reached: Bool, tokens: Int, isEnd: Bool) {
        var terms = terms
        terms.isCapLowered = lowered
        let end = ChatEnd(usage: Usage(promptTokens: 17, completionTokens: tokens), reachedCap: reached)
        #expect(terms.isEnd(end) == isEnd)
        guard case .settle(_, _, let note) = Bill.of(.completed(end), delivered: delivered(30), wasOpened: true, terms: terms)
        else {
            Issue.record("released")
            return
        }
        #expect(note.hasPrefix("stopped") == isEnd)
    }

    @Test func `what is counted never exceeds the cap that was sent`() {
        #expect(bill(.completed(ChatEnd(usage: nil)), bytes: 10_000).usage?.completionTokens == 100)
    }

    @Test func `an engine that fails before it delivered anything costs nothing`() {
        #expect(bill(.failed(EngineFailure(.broken, detail: "")), bytes: 0).usage == nil)
    }

    @Test func `an engine that breaks off costs what it delivered`() {
        #expect(bill(.failed(EngineFailure(.broken, detail: ""))).usage == Usage(promptTokens: 40, completionTokens: 10))
    }

    @Test func `a caller who leaves before an answer began pays nothing`() {
        #expect(bill(.callerLeft, bytes: 0, opened: false).usage == nil)
        #expect(bill(.serverStopped, bytes: 0).usage == nil)
        #expect(bill(.serverStopped, bytes: 30).usage == Usage(promptTokens: 40, completionTokens: 10))
    }

    @Test(arguments: [(0, 0), (1, 1), (30, 10)])
    func `a caller who leaves later pays the prompt and what was delivered`(bytes: Int, tokens: Int) {
        #expect(bill(.callerLeft, bytes: bytes).usage == Usage(promptTokens: 40, completionTokens: tokens))
    }

    @Test func `an answer cut at its cap is counted`() {
        #expect(bill(.cutShort, bytes: 30_000).usage == Usage(promptTokens: 40, completionTokens: 100))
        #expect(bill(.cutShort, bytes: 30).usage == Usage(promptTokens: 40, completionTokens: 10))
    }

    @Test func `an engine whose first event is beyond its cap costs nothing`() {
        #expect(bill(.cutShort, bytes: 0).usage == Usage.none)
    }
}
