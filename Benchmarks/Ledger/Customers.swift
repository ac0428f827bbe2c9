import Commerce
import Gateway
import Units

/// Who buys in these runs: accounts with money and keys, one priced model, and the same chat again and again.
struct Customers {
    let keys: [KeyID]
    /// The secret of the first key.
    let secret: String
    let price: PriceVersion

    /// A small chat: 19 tokens in, 48 out, 256 asked for, at the price of gpt-4o-mini.
    static let usage = Usage(promptTokens: 19, completionTokens: 48)
    static let model = "mock"

    /// Records what it takes for `count` keys in `accounts` accounts, a key at a time in turn.
    ///
    /// - Parameter keep: takes the records of every step, in order.
    init(
        keys count: Int, accounts: Int, in ledger: inout Ledger, mint: KeyMint, at now: Instant,
        keep: ([LedgerRecord]) throws -> Void
    ) throws {
        precondition(count > 0 && accounts > 0, "somebody buys")
        func decide(_ command: LedgerCommand) throws -> LedgerOutcome {
            let step = ledger.step(command, at: now)
            try keep(step.records)
            return step.outcome
        }
        var purses: [Purse] = []
        for number in 0..<min(count, accounts) {
            let name = number == 0 ? "bench" : "bench-\(number)"
            guard case .account(let account) = try decide(.openAccount(name: name)) else { throw Surprise(what: "an account") }
            let purse = Purse(account: account.id, book: .live)
            purses.append(purse)
            let grant = LedgerCommand.grant(purse: purse, amount: Customers.grant, reference: "benchmark")
            guard case .credited = try decide(grant) else { throw Surprise(what: "a grant") }
        }
        guard let input = Rate(dollarsPerMillion: "0.15"), let output = Rate(dollarsPerMillion: "0.60") else {
            throw Surprise(what: "a rate")
        }
        let price = LedgerCommand.setPrice(model: Customers.model, price: ModelPrice(input: input, output: output))
        guard case .price(let version) = try decide(price) else { throw Surprise(what: "a price") }

        var made: [KeyID] = []
        var secret = ""
        for number in 0..<count {
            let new = mint.secret(for: .live)
            if number == 0 { secret = new }
            let key = NewKey(
                account: purses[number % purses.count].account, book: .live, mac: mint.mac(of: new.utf8).bytes,
                prefix: KeyMint.shownPrefix(of: new, in: .live), label: "benchmark")
            guard case .key(let record) = try decide(.createKey(key)) else { throw Surprise(what: "a key") }
            made.append(record.id)
        }
        keys = made
        self.secret = secret
        self.price = version
    }

    /// What each account starts with: more than any run spends.
    private static let grant = Money(nanodollars: 1_000_000 * Money.nanodollarsPerDollar)

    func hold(by number: Int, request: RequestID) -> HoldRequest {
        let quote = Quote(price: price, inputBoundTokens: 400, inputFairTokens: 120, choices: 1, outputCap: 256)
        return HoldRequest(request: request, key: keys[number % keys.count], quote: quote, engine: "mock")
    }

    static func settle(_ hold: HoldID) -> LedgerCommand {
        .settle(hold, usage: usage, source: .measured, note: "")
    }

    /// Ids as the server makes them: random, so that an index over them is used as it is there.
    static func requestID(using random: inout some RandomNumberGenerator) -> RequestID {
        let digits = [random.next(), random.next()].map { word in
            let text = String(word, radix: 16)
            return String(repeating: "0", count: 16 - text.utf8.count) + text
        }
        return RequestID("req_" + digits.joined())
    }
}

/// The ledger answered otherwise than these runs are made for.
struct Surprise: Error, CustomStringConvertible {
    let what: String
    var description: String { "the ledger refused \(what)" }
}
