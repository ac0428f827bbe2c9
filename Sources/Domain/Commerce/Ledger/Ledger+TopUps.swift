package import Units

extension Ledger {
    mutating func step(_ command: TopUpCommand, at now: Instant, into records: inout Records) -> LedgerOutcome {
        switch command {
        case .createCodes(let codes, let amount, let book, let expires):
            create(codes, amount: amount, book: book, expires: expires, at: now, into: &records)
        case .revokeCode(let id): revoke(id, at: now, into: &records)
        case .redeem(let mac, let account): redeem(mac, for: account, at: now, into: &records)
        case .openOrder(let provider, let purse, let amount):
            openOrder(with: provider, for: purse, amount, at: now, into: &records)
        case .bindOrder(let id, let session): bind(id, to: session, into: &records)
        case .hear(let notice): hear(notice, at: now, into: &records)
        case .setAlert(let account, let alert): set(alert, of: account, into: &records)
        case .noteAlert(let account, let isTold): noteAlert(account, isTold, into: &records)
        }
    }

    // MARK: Codes

    /// The most one code or one top-up may be worth: $100,000.
    package static let topUpMax = Money(nanodollars: 100_000 * Money.nanodollarsPerDollar)

    private mutating func create(
        _ codes: [NewCode], amount: Money, book: Book, expires: Instant?, at now: Instant, into records: inout Records
    ) -> LedgerOutcome {
        guard amount > .zero, amount <= Ledger.topUpMax else { return .rejected(.amountOutOfRange(amount)) }
        let made = codes.enumerated().map { index, code in
            RedemptionCode(
                id: CodeID(topUps.lastCode + 1 + Int64(index)), mac: code.mac, prefix: code.prefix, amount: amount, book: book,
                created: now, expires: expires)
        }
        for code in made { note(.code(code), into: &records) }
        return .codes(made)
    }

    /// A code that was redeemed keeps what it did, and says so.
    private mutating func revoke(_ id: CodeID, at now: Instant, into records: inout Records) -> LedgerOutcome {
        guard var code = topUps.code(id) else { return .rejected(.topUp(.codeUnknown)) }
        guard code.redemption == nil else { return .rejected(.topUp(.codeRedeemed)) }
        guard code.revoked == nil else { return .codes([code]) }
        code.revoked = now
        note(.codeChanged(code), into: &records)
        return .codes([code])
    }

    private mutating func redeem(_ mac: [UInt8], for account: AccountID, at now: Instant, into records: inout Records)
        -> LedgerOutcome
    {
        guard accounts[account] != nil else { return .rejected(.accountUnknown(account.description)) }
        guard var code = topUps.code(mac: mac) else { return .rejected(.topUp(.codeUnknown)) }
        if let refusal = code.refusal(at: now) { return .rejected(.topUp(refusal)) }
        let purse = Purse(account: account, book: code.book)
        let outcome = grant(code.amount, to: purse, reference: code.id.description, at: now, into: &records)
        guard case .credited(let entry, _, false) = outcome else { return taken(code.id.description, code.amount, outcome) }
        code.redemption = RedemptionCode.Redemption(account: account, at: now, entry: entry)
        note(.codeChanged(code), into: &records)
        return .redeemed(code, balance: balance(of: purse))
    }

    /// Somebody used the name before, so that nothing was credited: it is said instead of being taken for a credit.
    private func taken(_ name: String, _ amount: Money, _ outcome: LedgerOutcome) -> LedgerOutcome {
        if case .credited = outcome { .rejected(.referenceTaken(name, amount: amount)) } else { outcome }
    }

    // MARK: Orders

    private mutating func openOrder(
        with provider: PaymentProvider, for purse: Purse, _ amount: Money, at now: Instant, into records: inout Records
    ) -> LedgerOutcome {
        guard accounts[purse.account] != nil else { return .rejected(.accountUnknown(purse.account.description)) }
        guard amount > .zero, amount <= Ledger.topUpMax, let cents = TopUpOrder.cents(of: amount) else {
            return .rejected(.amountOutOfRange(amount))
        }
        precondition(provider != .test || purse.book == .test, "the test page pays into test balances alone")
        let order = TopUpOrder(
            id: OrderID(topUps.lastOrder + 1), provider: provider, purse: purse, amount: amount, cents: cents, created: now)
        note(.order(order), into: &records)
        return .order(order)
    }

    private mutating func bind(_ id: OrderID, to session: String, into records: inout Records) -> LedgerOutcome {
        guard let order = topUps.order(id) else { return .rejected(.topUp(.orderUnknown(id.description))) }
        guard order.session == nil else { return .order(order) }
        var bound = order
        bound.session = session
        note(.orderChanged(bound, before: order), into: &records)
        return .order(bound)
    }

    // MARK: What a provider says

    /// The same notice changes nothing twice: an order takes in each piece of news in a way that does not depend on how often and in
    /// which order they come.
    private mutating func hear(_ notice: PaymentNotice, at now: Instant, into records: inout Records) -> LedgerOutcome {
        guard let before = topUps.order(of: notice) else {
            // A payment that no order of ours has, or has yet.
            guard notice.payment != nil, notice.order == nil, !notice.isPayment,
                topUps.waitingCount < Ledger.waitingNoticesMax
            else {
                return .rejected(.topUp(.orderUnknown(notice.order?.description ?? notice.session ?? notice.id)))
            }
            note(.notice(KeptNotice(notice: notice, at: now, order: nil)), into: &records)
            return .noted
        }
        var order = before
        var heard = [notice]
        if let refusal = order.takeIn(notice) { return .rejected(.topUp(refusal)) }
        if before.payment == nil {
            for earlier in topUps.waiting(for: order) where order.takeIn(earlier) == nil { heard.append(earlier) }
        }
        if notice.isPayment, order.credited == nil {
            let outcome = grant(order.amount, to: order.purse, reference: order.id.description, at: now, into: &records)
            guard case .credited(let entry, _, false) = outcome else { return taken(order.id.description, order.amount, outcome) }
            order.credited = entry
        }
        if order.credited != nil { bringUpToDate(&order, because: notice.id, at: now, into: &records) }
        guard order != before else { return .order(order) }
        // Only now: had the credit failed, what waited must go on waiting.
        for notice in heard { note(.notice(KeptNotice(notice: notice, at: now, order: order.id)), into: &records) }
        note(.orderChanged(order, before: before), into: &records)
        return .order(order)
    }

    /// Notices that wait for an order: other business of the same account at the provider must not fill the house.
    private static let waitingNoticesMax = 10_000

    /// Takes back what is due, or gives back what is not due any more.
    private mutating func bringUpToDate(
        _ order: inout TopUpOrder, because reason: String, at now: Instant, into records: inout Records
    ) {
        let more = order.due - order.takenBack
        if more > .zero {
            owe(more, of: order.purse, note: "\(order.id) paid back (\(reason))", at: now, into: &records)
        } else if more < .zero {
            giveBack(-more, to: order.purse, reference: "\(order.id) returned (\(reason))", at: now, into: &records)
        }
        order.takenBack = order.due
    }

    private mutating func owe(_ amount: Money, of purse: Purse, note: String, at now: Instant, into records: inout Records) {
        set(debt: topUps.debt(of: purse) + amount, of: purse, into: &records)
        collectDebt(of: purse, note: note, at: now, into: &records)
    }

    private mutating func giveBack(
        _ amount: Money, to purse: Purse, reference: String, at now: Instant, into records: inout Records
    ) {
        let debt = topUps.debt(of: purse)
        let forgiven = min(debt, amount)
        if forgiven > .zero { set(debt: debt - forgiven, of: purse, into: &records) }
        guard amount > forgiven else { return }
        _ = grant(amount - forgiven, to: purse, reference: reference, at: now, into: &records)
    }

    /// Takes what is owed out of what is available, as far as it goes. Asked wherever something becomes available, so that whoever
    /// owes has nothing to spend.
    mutating func collectDebt(of purse: Purse, note: String = "", at now: Instant, into records: inout Records) {
        let debt = topUps.debt(of: purse)
        let payable = min(debt, balance(of: purse).available)
        guard payable > .zero else { return }
        let note = note.isEmpty ? "what was paid back to the payer before" : note
        let entry = post(.refund, purse, available: -payable, grant: payable, note: note, at: now)
        records.append(.entry(entry))
        set(debt: debt - payable, of: purse, into: &records)
    }

    private mutating func set(debt: Money, of purse: Purse, into records: inout Records) {
        note(.debt(purse, debt), into: &records)
    }

    private mutating func note(_ record: TopUpRecord, into records: inout Records) {
        topUps.apply(record)
        records.append(.topUp(record))
    }

    // MARK: Who is told

    private mutating func set(_ alert: BalanceAlert?, of account: AccountID, into records: inout Records) -> LedgerOutcome {
        guard accounts[account] != nil else { return .rejected(.accountUnknown(account.description)) }
        if topUps.alerts[account] != alert { note(.alert(account, alert), into: &records) }
        return .noted
    }

    private mutating func noteAlert(_ account: AccountID, _ isTold: Bool, into records: inout Records) -> LedgerOutcome {
        // It may have been taken back meanwhile.
        guard var alert = topUps.alerts[account], alert.isTold != isTold else { return .noted }
        alert.isTold = isTold
        note(.alert(account, alert), into: &records)
        return .noted
    }
}

extension TopUpOrder {
    /// Takes in a piece of news, whatever came before it.
    /// - Returns: why it does not belong here; nothing is changed then.
    fileprivate mutating func takeIn(_ notice: PaymentNotice) -> TopUpRefusal? {
        guard notice.provider == provider else {
            return .mismatch(field: "provider", expected: provider.rawValue, got: notice.provider.rawValue)
        }
        if let session, let named = notice.session, session != named {
            return .mismatch(field: "session", expected: session, got: named)
        }
        if let payment, let named = notice.payment, payment != named {
            return .mismatch(field: "payment", expected: payment, got: named)
        }
        switch notice.news {
        case .paid(let cents, let currency):
            guard currency == "usd" else { return .mismatch(field: "currency", expected: "usd", got: currency) }
            guard cents == self.cents else {
                return .mismatch(field: "amount", expected: String(self.cents), got: String(cents))
            }
        case .abandoned: isAbandoned = true
        case .refunded(let cents): refundedCents = max(refundedCents, cents)
        case .disputed(let dispute, let cents):
            if disputes[dispute] == nil { disputes[dispute] = Dispute(cents: cents, isWon: false) }
        case .disputeWon(let dispute, let cents): disputes[dispute] = Dispute(cents: cents, isWon: true)
        }
        if session == nil { session = notice.session }
        if payment == nil { payment = notice.payment }
        return nil
    }
}
