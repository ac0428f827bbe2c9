import Commerce
import TestKit
import Testing

@Suite struct `The ledger, by its records alone` {
    @Test(arguments: LedgerStory.all)
    func `the story comes out as told`(story: LedgerStory) throws {
        var play = try LedgerPlay(on: LedgerMemory())
        try play.play(story)
    }

    @Test(arguments: [
        "account A · price m 1 1 · key k A live · hold k h1 in=1/1 cap=1",
        "account A · top-up A 1 r · balance A 2 held 0",
        "account A · top-up A 1 r · repeated",
        "account A · price m 1 1 · key k A live · top-up A 1 r · hold k h1 in=1/1 cap=1 · settle h1 1 1 · charged 0.000003",
        "account A · price m 1 1 · key k A live · top-up A 1 r · hold k h1 in=1/1 cap=1 · settle h1 1 1 · settle h1 1 1 · open 0",
    ])
    func `a story that is not true fails`(text: String) throws {
        var play = try LedgerPlay(on: LedgerMemory())
        #expect(throws: LedgerStoryFailure.self) { try play.play(LedgerStory("untrue", text)) }
    }

    /// ledger.md's figure: however many ask at once, no more are served than the balance pays for.
    @Test func `of a thousand holds against a balance for ten, ten are taken, and the rest is spent to the last`() throws {
        var play = try LedgerPlay(on: LedgerMemory())
        try play.play(
            LedgerStory("a balance for ten", "account A · price m 1 1 · key k A live · top-up A 0.0002 r"))
        var taken: [Int] = []
        for number in 1...1000 {
            let wish = "hold k h\(number) in=10/10 cap=10"
            if (try? play.play(LedgerStory("taken", wish + " · held 0.00002 cap 10"))) != nil { taken.append(number) }
        }
        #expect(taken == Array(1...10))
        try play.play(LedgerStory("nothing left", "balance A 0 held 0.0002 · open 10"))
        for number in taken { try play.play(LedgerStory("settled", "settle h\(number) 10 5 · charged 0.000015")) }
        try play.play(
            LedgerStory(
                "the rest",
                "balance A 0.00005 held 0 · hold k a in=10/10 cap=10 · hold k b in=10/10 cap=10 · balance A 0.00001 held 0.00004")
        )
    }
}
