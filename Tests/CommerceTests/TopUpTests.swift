import Commerce
import TestKit
import Testing
import Units

@Suite("Money in")
struct TopUpTests {
    private let purse = Purse(account: AccountID(1), book: .live)
    private let now = Instant(seconds: 1_000)

    /// A ledger with one account.
    private func ledger() -> Ledger {
        var ledger = Ledger(.empty, epoch: Epoch(1))
        _ = ledger.step(.openAccount(name: "acme"), at: now)
        return ledger
    }

    private func dollars(_ amount: Int64) -> Money { Money(nanodollars: amount * Money.nanodollarsPerDollar) }

    private func mac(_ byte: UInt8) -> [UInt8] { [UInt8](repeating: byte, count: 32) }

    private func order(_ ledger: inout Ledger, _ amount: Int64 = 10) throws -> TopUpOrder {
        let command = TopUpCommand.openOrder(provider: .stripe, purse: purse, amount: dollars(amount))
        guard case .order(let order) = ledger.step(.topUp(command), at: now).outcome else { throw Unexpected() }
        return order
    }

    private struct Unexpected: Error {}

    private func notice(_ id: String, _ order: OrderID?, _ news: PaymentNotice.News, session: String? = nil) -> PaymentNotice {
        PaymentNotice(provider: .stripe, id: id, order: order, session: session, payment: "pi_1", news: news)
    }

    // MARK: Codes

    @Test func `a code is redeemed once, and the entry and the code are one commit`() throws {
        var ledger = ledger()
        _ = ledger.step(
            .topUp(.createCodes([NewCode(mac: mac(1), prefix: "AAAAA")], amount: dollars(5), book: .live, expires: nil)), at: now)
        let (first, records) = ledger.step(.topUp(.redeem(mac: mac(1), account: AccountID(1))), at: now)
        guard case .redeemed(let code, let balance) = first else { throw Unexpected() }
        #expect(balance.available == dollars(5))
        #expect(records.count == 2 && code.redemption?.account == AccountID(1))
        let (second, nothing) = ledger.step(.topUp(.redeem(mac: mac(1), account: AccountID(1))), at: now)
        guard case .rejected(.topUp(.codeRedeemed)) = second else { throw Unexpected() }
        #expect(nothing.isEmpty && ledger.balance(of: purse).available == dollars(5))
    }

    @Test func `a code ends at its moment, not before and not after`() throws {
        var ledger = ledger()
        let end = now.advanced(bySeconds: 60)
        _ = ledger.step(
            .topUp(.createCodes([NewCode(mac: mac(1), prefix: "AAAAA")], amount: dollars(5), book: .live, expires: end)), at: now)
        guard
            case .rejected(.topUp(.codeExpired)) = ledger.step(.topUp(.redeem(mac: mac(1), account: AccountID(1))), at: end)
                .outcome
        else { throw Unexpected() }
        guard
            case .redeemed = ledger.step(
                .topUp(.redeem(mac: mac(1), account: AccountID(1))), at: Instant(microseconds: end.microseconds - 1)
            ).outcome
        else { throw Unexpected() }
    }

    @Test func `a credit that somebody gave under a code's name is not taken for the code's`() throws {
        var ledger = ledger()
        _ = ledger.step(.grant(purse: purse, amount: dollars(5), reference: "code_1"), at: now)
        _ = ledger.step(
            .topUp(.createCodes([NewCode(mac: mac(1), prefix: "AAAAA")], amount: dollars(5), book: .live, expires: nil)), at: now)
        let (outcome, records) = ledger.step(.topUp(.redeem(mac: mac(1), account: AccountID(1))), at: now)
        guard case .rejected(.referenceTaken) = outcome else { throw Unexpected() }
        #expect(records.isEmpty && ledger.balance(of: purse).available == dollars(5))
    }

    // MARK: Payments

    @Test(arguments: 0..<200)
    func `whatever is said of a payment, how often and in which order, comes to the same end`(seed: Int) throws {
        var chance = Seed(UInt64(seed))
        var ledger = ledger()
        let order = try order(&ledger)
        let refund = Int64.random(in: 0...1200, using: &chance)
        let dispute = Int64.random(in: 0...1200, using: &chance)
        let isWon = Bool.random(using: &chance)
        var news: [PaymentNotice] = [
            notice("paid", order.id, .paid(cents: 1000, currency: "usd"), session: "cs_1"),
            notice("failed", order.id, .abandoned),
            notice("refund 1", nil, .refunded(cents: refund / 2)), notice("refund 2", nil, .refunded(cents: refund)),
            notice("dispute", nil, .disputed("dp_1", cents: dispute)),
        ]
        if isWon { news.append(notice("won", nil, .disputeWon("dp_1", cents: dispute))) }
        var told = (news + news + news).shuffled(using: &chance)
        // Money is spent in between, so that some of it can only be owed.
        let spending = Int.random(in: 0..<told.count, using: &chance)
        var spent = Money.zero
        told.append(news[0])
        for (index, notice) in told.enumerated() {
            if index == spending {
                spent = min(dollars(3), ledger.balance(of: purse).available)
                if spent > .zero { _ = ledger.step(.adjust(purse: purse, amount: spent, reference: "spent"), at: now) }
            }
            _ = ledger.step(.topUp(.hear(notice)), at: now)
        }
        let back = min(1000, refund + (isWon ? 0 : dispute))
        let expected = Money(nanodollars: (1000 - back) * TopUpOrder.nanodollarsPerCent) - spent
        let balance = ledger.balance(of: purse).available
        let debt = ledger.topUps.debt(of: purse)
        #expect(balance - debt == expected, "seed \(seed)")
        #expect(debt == .zero || balance == .zero, "whoever owes has nothing to spend")
    }

    @Test func `a refund goes on waiting when the credit it belongs to cannot be given yet`() throws {
        var ledger = ledger()
        let order = try order(&ledger)
        _ = ledger.step(.topUp(.hear(notice("refund", nil, .refunded(cents: 400)))), at: now)
        _ = ledger.step(.grant(purse: purse, amount: Ledger.balanceMax, reference: "as much as there can be"), at: now)
        let paid = PaymentNotice(
            provider: .stripe, id: "paid", order: order.id, session: "cs_1", payment: "pi_1",
            news: .paid(cents: 1000, currency: "usd"))
        let (outcome, records) = ledger.step(.topUp(.hear(paid)), at: now)
        guard case .rejected(.amountOutOfRange) = outcome else { throw Unexpected() }
        #expect(records.isEmpty)
        _ = ledger.step(.adjust(purse: purse, amount: Ledger.balanceMax, reference: "room"), at: now)
        _ = ledger.step(.topUp(.hear(paid)), at: now)
        #expect(ledger.balance(of: purse).available == dollars(6))
    }

    @Test func `another amount, currency, session or provider credits nobody`() throws {
        var ledger = ledger()
        let order = try order(&ledger)
        _ = ledger.step(.topUp(.bindOrder(order.id, session: "cs_1")), at: now)
        let wrong: [PaymentNotice] = [
            notice("a", order.id, .paid(cents: 999, currency: "usd"), session: "cs_1"),
            notice("b", order.id, .paid(cents: 1000, currency: "eur"), session: "cs_1"),
            notice("c", order.id, .paid(cents: 1000, currency: "usd"), session: "cs_2"),
            PaymentNotice(
                provider: .test, id: "d", order: order.id, session: "cs_1", payment: "pi_1",
                news: .paid(cents: 1000, currency: "usd")),
        ]
        for notice in wrong {
            guard case .rejected(.topUp(.mismatch)) = ledger.step(.topUp(.hear(notice)), at: now).outcome else {
                throw Unexpected()
            }
        }
        #expect(ledger.balance(of: purse) == .zero)
    }

    @Test func `what is owed is taken from what comes free, before anybody can spend it`() throws {
        var ledger = ledger()
        let order = try order(&ledger)
        _ = ledger.step(.topUp(.hear(notice("paid", order.id, .paid(cents: 1000, currency: "usd")))), at: now)
        let key = ledger.step(.createKey(NewKey(account: AccountID(1), book: .live, mac: mac(9), prefix: "sk-")), at: now).outcome
        let price = ledger.step(.setPrice(model: "m", price: ModelPrice.image(dollars(1)) ?? .free), at: now).outcome
        guard case .key(let record) = key, case .price(let version) = price else { throw Unexpected() }
        let quote = Quote(price: version, inputBoundTokens: 0, inputFairTokens: 0, choices: 1, outputCap: 1)
        let request = HoldRequest(request: RequestID("req_1"), key: record.id, quote: quote, engine: "e")
        guard case .held(let funds) = ledger.step(.hold(request), at: now).outcome else { throw Unexpected() }
        _ = ledger.step(.topUp(.hear(notice("refund", nil, .refunded(cents: 1000)))), at: now)
        #expect(ledger.topUps.debt(of: purse) == dollars(1))
        _ = ledger.step(.release(funds.hold, reason: "nothing came"), at: now)
        #expect(ledger.balance(of: purse) == .zero && ledger.topUps.debt(of: purse) == .zero)
    }

    @Test func `a correction takes no more than there is, once for each reason`() throws {
        var ledger = ledger()
        _ = ledger.step(.grant(purse: purse, amount: dollars(5), reference: "r"), at: now)
        guard
            case .rejected(.moreThanAvailable) = ledger.step(.adjust(purse: purse, amount: dollars(6), reference: "a"), at: now)
                .outcome
        else { throw Unexpected() }
        for isRepeated in [false, true] {
            guard
                case .credited(_, let balance, let repeated) = ledger.step(
                    .adjust(purse: purse, amount: dollars(2), reference: "a"), at: now
                ).outcome
            else { throw Unexpected() }
            #expect(balance.available == dollars(3) && repeated == isRepeated)
        }
        guard
            case .rejected(.referenceTaken) = ledger.step(.adjust(purse: purse, amount: dollars(1), reference: "r"), at: now)
                .outcome
        else { throw Unexpected() }
    }
}
