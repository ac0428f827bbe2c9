import Commerce
import Units

extension LedgerPlay {
    /// What the last happening should have come to. False when the line says nothing of that.
    func expectOutcome(_ line: LedgerStoryLine) throws -> Bool {
        switch line.words[0] {
        case "held":
            guard case .held(let funds) = last else { throw wrong(line) }
            try match(line, [("held", funds.amount), ("cap", nil)])
            if let cap = try line.value(after: "cap"), cap != String(funds.outputCap) {
                throw line.failure("got cap \(funds.outputCap)")
            }
        case "extended":
            guard case .extended(let amount) = last else { throw wrong(line) }
            try match(line, [("extended", amount)])
        case "charged":
            guard case .closed(let receipt) = last else { throw wrong(line) }
            try match(line, [("charged", receipt.charge), ("written-off", receipt.writeoff)])
            if receipt.writeoff != .zero, !line.words.contains("written-off") {
                throw line.failure("wrote off \(receipt.writeoff)")
            }
        case "repeated":
            guard case .credited(_, _, repeated: true) = last else { throw wrong(line) }
        case "stale":
            guard case .stale = last else { throw wrong(line) }
        case "refused": try expectRefusal(line)
        case "rejected":
            guard case .rejected(let rejection) = last, rejection.word == (try line.word(1)) else { throw wrong(line) }
        default: return false
        }
        return true
    }

    /// How things should stand. False when the line says nothing of that.
    func expectState(_ line: LedgerStoryLine) throws -> Bool {
        switch line.words[0] {
        case "balance":
            let balance = ledger.balance(of: try purse(line))
            try match(line.shifted, [(line.words[1], balance.available), ("held", balance.held)])
        case "spent":
            let key = try key(named: try line.word(1), line)
            try match(line.shifted, [(line.words[1], ledger.spent[key] ?? .zero)])
        case "open":
            let open = ledger.openHolds.count + ledger.jobHoldCount
            guard open == (try line.number(1)) else { throw line.failure("\(open) are open") }
        default: return false
        }
        return true
    }

    private func expectRefusal(_ line: LedgerStoryLine) throws {
        guard case .refused(let refusal) = last, refusal.word == (try line.word(1)) else { throw wrong(line) }
        switch refusal {
        case .insufficientBalance(let needed, let left), .keyLimitReached(let needed, let left):
            try match(line, [("needed", needed), ("left", left)])
        default: break
        }
    }

    /// Compares the amount after each name, where the line has that name.
    private func match(_ line: LedgerStoryLine, _ figures: [(name: String, amount: Money?)]) throws {
        for figure in figures {
            guard let amount = figure.amount, let word = try line.value(after: figure.name) else { continue }
            if try usd(word, line) != amount { throw line.failure("\(figure.name) is \(amount)") }
        }
    }

    private func wrong(_ line: LedgerStoryLine) -> LedgerStoryFailure { line.failure("but it ended as \(last)") }
}

extension LedgerStoryLine {
    /// Without the first word, which may be spelt like a name.
    fileprivate var shifted: LedgerStoryLine { LedgerStoryLine(number: number, words: Array(words.dropFirst())) }
}

extension Refusal {
    fileprivate var word: String {
        switch self {
        case .unknownKey: "unknown-key"
        case .keyRevoked: "revoked"
        case .keyExpired: "expired"
        case .insufficientBalance: "insufficient"
        case .keyLimitReached: "key-limit"
        case .submissionInFlight: "submission-in-flight"
        case .submissionNameTaken: "submission-name-taken"
        case .alreadyCompleted: "already-completed"
        case .notPriceable: "not-priceable"
        default: "\(self)"
        }
    }
}

extension LedgerRejection {
    fileprivate var word: String {
        switch self {
        case .invalid(let field, _, _): field
        case .accountNameTaken: "name"
        case .accountUnknown: "account"
        case .keyUnknown: "key"
        case .amountOutOfRange: "amount"
        case .referenceTaken: "reference"
        case .moreThanAvailable: "available"
        case .topUp(let refusal): refusal.word
        case .people: "people"
        }
    }
}

extension TopUpRefusal {
    fileprivate var word: String {
        switch self {
        case .codeUnknown, .codeRedeemed, .codeRevoked, .codeExpired: "code"
        case .orderUnknown: "order"
        case .mismatch(let field, _, _): field
        }
    }
}
