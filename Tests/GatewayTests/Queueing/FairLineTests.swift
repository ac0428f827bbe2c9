import TestKit
import Testing
import Units

@testable import Gateway

struct FairLineTests {
    private func order(_ waiters: [(String, Int64)]) -> [String] {
        var line = FairLine<String>()
        for (ticket, (name, account)) in waiters.enumerated() { line.add(name, of: AccountID(account), ticket: ticket) }
        return Array(unfolding: &line)
    }

    @Test func `one that sends many waits behind one that sends one`() {
        #expect(order([("a1", 1), ("a2", 1), ("a3", 1), ("b1", 2), ("c1", 3)]) == ["a1", "b1", "c1", "a2", "a3"])
    }

    @Test func `within an account the first is the first`() {
        #expect(order([("a1", 1), ("b1", 2), ("a2", 1), ("b2", 2)]) == ["a1", "b1", "a2", "b2"])
    }

    @Test func `whoever left is not called, and its account keeps its turn`() {
        var line = FairLine<String>()
        for (ticket, (name, account)) in [("a1", 1), ("a2", 1), ("b1", 2)].enumerated() {
            line.add(name, of: AccountID(Int64(account)), ticket: ticket)
        }
        #expect(line.remove(0, of: AccountID(1)) == "a1")
        #expect(line.remove(0, of: AccountID(1)) == nil)
        #expect(line.remove(2, of: AccountID(2)) == "b1")
        #expect(line.count == 1)
        line.add("b2", of: AccountID(2), ticket: 3)
        #expect(Array(unfolding: &line) == ["a2", "b2"])
    }

    /// Held against a list that is searched: between two turns of an account that waits, no other has more than one.
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `nobody is passed over twice`(seed: UInt64) {
        var dice = Seed(seed)
        var line = FairLine<(account: Int64, ticket: Int)>()
        var waiting: [(account: Int64, ticket: Int)] = []
        var served: [Int64: Int] = [:]
        for ticket in 0..<2000 {
            if dice.once(in: 2) {
                let account = Int64.random(in: 1...(dice.once(in: 3) ? 9 : 2), using: &dice)
                line.add((account, ticket), of: AccountID(account), ticket: ticket)
                waiting.append((account, ticket))
            } else if dice.once(in: 4), let one = waiting.randomElement(using: &dice) {
                #expect(line.remove(one.ticket, of: AccountID(one.account))?.ticket == one.ticket)
                waiting.removeAll { $0.ticket == one.ticket }
                if !waiting.contains(where: { $0.account == one.account }) { served[one.account] = nil }
            } else if let next = line.next() {
                #expect(next.ticket == waiting.first { $0.account == next.account }?.ticket)
                waiting.removeAll { $0.ticket == next.ticket }
                served[next.account] = nil
                for account in Set(waiting.map(\.account)) where account != next.account {
                    served[account, default: 0] += 1
                    #expect(served[account] ?? 0 <= 9, "seed \(seed)")
                }
            }
            #expect(line.count == waiting.count)
        }
    }
}

extension Array where Element == String {
    fileprivate init(unfolding line: inout FairLine<String>) {
        self = []
        while let next = line.next() { append(next) }
    }
}
