package import Commerce
import Units

/// Plays stories against the ledger, on a stage that keeps its records. After each happening it also checks, with sums of its
/// own, that nothing is negative and that what is held is what the open holds say.
package struct LedgerPlay<Stage: LedgerStage> {
    package private(set) var stage: Stage
    package private(set) var ledger: Ledger
    private(set) var last: LedgerOutcome = .noted
    /// The last happening went otherwise than well, and no line has said yet that it should.
    private var unexpected: LedgerStoryLine?
    private(set) var now = Instant(seconds: 1_780_000_000)
    private var accounts: [String: AccountID] = [:]
    private var keys: [String: KeyID] = [:]
    private var holds: [String: HoldID] = [:]
    private var prices: [String: PriceVersion] = [:]
    private var lastModel = ""

    package init(on stage: Stage) throws {
        self.stage = stage
        ledger = Ledger(.empty, epoch: Epoch(0))
        try start()
    }

    /// - Throws: ``LedgerStoryFailure``, or what the stage throws.
    package mutating func play(_ story: LedgerStory) throws {
        unexpected = nil
        for line in story.lines {
            if try expectOutcome(line) {
                unexpected = nil
                continue
            }
            try refuseSurprise()
            if try expectState(line) { continue }
            try happen(line)
            try checkSums(line)
        }
        try refuseSurprise()
    }

    private func refuseSurprise() throws {
        if let unexpected { throw unexpected.failure("ended as \(last), which the story does not say") }
    }

    // MARK: Happenings

    private mutating func happen(_ line: LedgerStoryLine) throws {
        switch line.words[0] {
        case "account":
            guard case .account(let record) = try ask(.openAccount(name: try line.word(1)), line) else { return }
            accounts[record.name] = record.id
        case "price": try price(line)
        case "key": try key(line)
        case "revoke": try ask(.revokeKey(try key(named: try line.word(1), line)), line)
        case "top-up":
            let amount = try usd(try line.word(2), line)
            try ask(.grant(purse: try purse(line), amount: amount, reference: try line.word(3)), line)
        case "wait": now = now.advanced(bySeconds: Int64(try line.number(1)))
        case "hold": try hold(line)
        case "dispatch": try ask(.dispatch(try hold(line, 1), engine: try line.word(2)), line)
        case "accept": try ask(.accept(try hold(line, 1)), line)
        case "progress": try ask(.progress(try hold(line, 1), outputTokens: try line.number(2)), line)
        case "extend": try ask(.extend(try hold(line, 1), outputTokens: try line.number(2)), line)
        case "settle": try settle(line)
        case "release": try ask(.release(try hold(line, 1), reason: "as the story wants"), line)
        case "crash": try start()
        case "recover": try recover(line)
        default: throw line.failure("is no happening and no expectation")
        }
    }

    /// A new process finds what the stage kept, and begins the next epoch.
    private mutating func start() throws {
        let image = try stage.reopen()
        try stage.keep([.epoch(image.epoch.next, at: now)])
        ledger = Ledger(image, epoch: image.epoch.next)
    }

    @discardableResult
    private mutating func ask(_ command: LedgerCommand, _ line: LedgerStoryLine) throws -> LedgerOutcome {
        let step = ledger.step(command, at: now)
        try stage.keep(step.records)
        last = step.outcome
        switch last {
        case .refused, .rejected, .stale: unexpected = line
        default: unexpected = nil
        }
        return last
    }

    private mutating func price(_ line: LedgerStoryLine) throws {
        let model = try line.word(1)
        let price = ModelPrice(
            input: try rate(try line.word(2), line), cachedInput: try line.value(after: "cached").map { try rate($0, line) },
            output: try rate(try line.word(3), line))
        if case .price(let version) = try ask(.setPrice(model: model, price: price), line) { prices[model] = version }
        lastModel = model
    }

    private mutating func key(_ line: LedgerStoryLine) throws {
        guard let account = accounts[try line.word(2)], let book = Book(rawValue: try line.word(3)) else {
            throw line.failure("names no account or book")
        }
        let mac = [UInt8](repeating: 0, count: 31) + [UInt8(keys.count + 1)]
        let wish = NewKey(
            account: account, book: book, mac: mac, prefix: "sk-",
            limit: try line.value(after: "limit").map { try usd($0, line) },
            expires: try line.value(after: "expires").flatMap { Int64($0).map(now.advanced(bySeconds:)) })
        if case .key(let record) = try ask(.createKey(wish), line) { keys[try line.word(1)] = record.id }
    }

    private mutating func hold(_ line: LedgerStoryLine) throws {
        let model = line.words.count > 3 && !line.words[3].contains("=") ? line.words[3] : lastModel
        let input = (line.setting("in") ?? "").split(separator: "/").compactMap { Int($0) }
        guard let price = prices[model], input.count == 2, let cap = line.setting("cap").flatMap({ Int($0) }) else {
            throw line.failure("wants a priced model, in=BOUND/FAIR and cap=N")
        }
        let quote = Quote(
            price: price, inputBoundTokens: input[0], inputFairTokens: input[1],
            choices: line.setting("n").flatMap { Int($0) } ?? 1, outputCap: cap,
            extraOutputTokens: line.setting("extra").flatMap { Int($0) } ?? 0,
            tranche: line.setting("tranche").flatMap { Int($0) },
            inputHiddenTokens: line.setting("hidden").flatMap { Int($0) } ?? 0)
        let name = try line.word(2)
        let request = HoldRequest(
            request: RequestID("req_\(name)"), key: try key(named: try line.word(1), line), quote: quote, engine: "first")
        if case .held(let funds) = try ask(.hold(request), line) { holds[name] = funds.hold }
    }

    private mutating func settle(_ line: LedgerStoryLine) throws {
        let usage = Usage(
            promptTokens: try line.number(2), cachedTokens: try line.value(after: "cached").flatMap { Int($0) } ?? 0,
            completionTokens: try line.number(3))
        try ask(.settle(try hold(line, 1), usage: usage, source: .measured, note: ""), line)
    }

    private mutating func recover(_ line: LedgerStoryLine) throws {
        if line.words.count > 1 {
            try ask(.recover(try hold(line, 1)), line)
        } else {
            for hold in ledger.openHolds.keys.sorted() { try ask(.recover(hold), line) }
        }
    }

    // MARK: Words

    func usd(_ word: String, _ line: LedgerStoryLine) throws -> Money {
        guard let money = Money(decimal: word) else { throw line.failure("\(word) is no amount") }
        return money
    }

    private func rate(_ word: String, _ line: LedgerStoryLine) throws -> Rate {
        guard let rate = Rate(dollarsPerMillion: word) else { throw line.failure("\(word) is no rate") }
        return rate
    }

    /// The book is live unless the line says `test`.
    func purse(_ line: LedgerStoryLine) throws -> Purse {
        guard let account = accounts[try line.word(1)] else { throw line.failure("names no account") }
        return Purse(account: account, book: line.words.contains("test") ? .test : .live)
    }

    func key(named name: String, _ line: LedgerStoryLine) throws -> KeyID {
        if name == "nobody" { return KeyID(9999) }
        guard let key = keys[name] else { throw line.failure("names no key") }
        return key
    }

    private func hold(_ line: LedgerStoryLine, _ index: Int) throws -> HoldID {
        guard let hold = holds[try line.word(index)] else { throw line.failure("names no hold") }
        return hold
    }

    private func checkSums(_ line: LedgerStoryLine) throws {
        var held = ledger.heldForJobs
        for hold in ledger.openHolds.values { held[hold.purse, default: .zero] += hold.amount }
        for (purse, balance) in ledger.balances {
            guard balance.available >= .zero, balance.held == held[purse] ?? .zero else {
                throw line.failure(
                    "leaves \(balance.available) and \(balance.held), the open holds sum to \(held[purse] ?? .zero)")
            }
        }
    }
}
