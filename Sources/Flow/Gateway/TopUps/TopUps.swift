package import Commerce
import Crypto
package import Logging
package import Units

/// How money comes in: codes that somebody was given, and payments.
package struct TopUps: Sendable {
    private let ledger: LedgerWriter
    private let mint: CodeMint
    private let pages: TestPaymentSigner
    private let provider: (any CheckoutProvider)?
    private let clock: any Clock
    private let logger: Logger
    private let tries = TryLimit(failures: TopUpLimits.codeTries, inSeconds: TopUpLimits.codeTriesSeconds)

    /// - Parameter provider: nil: live balances are topped up by codes and by the operator alone.
    package init(
        ledger: LedgerWriter, pepper: [UInt8], provider: (any CheckoutProvider)?, clock: any Clock = SystemClock(),
        logger: Logger
    ) {
        self.ledger = ledger
        self.provider = provider
        self.clock = clock
        self.logger = logger
        mint = CodeMint(pepper: pepper)
        pages = TestPaymentSigner(pepper: pepper)
    }

    // MARK: Codes

    /// Credits what a code is worth, once, whoever races.
    package func redeem(_ typed: String, for account: AccountID) async throws(TopUpFailure) -> (
        code: RedemptionCode, balance: Balance
    ) {
        let name = account.description
        if let seconds = tries.begin(name, at: clock.now()) { throw .tooManyTries(seconds: seconds) }
        guard let mac = mint.mac(of: typed) else { throw .rejected(.topUp(.codeUnknown)) }
        switch await ledger.perform(.topUp(.redeem(mac: mac, account: account))) {
        case .redeemed(let code, let balance):
            tries.succeeded(name)
            return (code, balance)
        case .rejected(let rejection): throw .rejected(rejection)
        case .refused(let refusal): throw .refused(refusal)
        default: preconditionFailure("a code is redeemed or not")
        }
    }

    /// Makes codes. What they are is in what is returned and nowhere else.
    package func createCodes(
        _ count: Int, amount: Money, book: Book, expires: Instant?
    ) async throws(TopUpFailure) -> [(code: String, record: RedemptionCode)] {
        guard (1...TopUpLimits.codesPerBatchMax).contains(count) else {
            throw .rejected(
                .invalid(field: "count", expected: "1 to \(TopUpLimits.codesPerBatchMax) codes", got: String(count)))
        }
        if let expires, expires <= clock.now() {
            throw .rejected(.invalid(field: "expires", expected: "a time that is yet to come", got: expires.description))
        }
        let codes = (0..<count).map { _ in mint.code() }
        let new = codes.map { code in
            guard let mac = mint.mac(of: code) else { preconditionFailure("a code of ours can be read") }
            return NewCode(mac: mac, prefix: String(code.prefix(TopUpLimits.codePrefixCharacters)))
        }
        switch await ledger.perform(.topUp(.createCodes(new, amount: amount, book: book, expires: expires))) {
        case .codes(let records): return zip(codes, records).map { ($0, $1) }
        case .rejected(let rejection): throw .rejected(rejection)
        default: preconditionFailure("codes are made or rejected")
        }
    }

    /// The last first.
    package var codes: [RedemptionCode] { ledger.topUps.codes.reversed() }

    package func revokeCode(_ text: String) async throws(TopUpFailure) -> RedemptionCode {
        guard let id = CodeID(text: text) else { throw .rejected(.topUp(.codeUnknown)) }
        switch await ledger.perform(.topUp(.revokeCode(id))) {
        case .codes(let codes):
            guard let code = codes.first else { preconditionFailure("one code was asked for") }
            return code
        case .rejected(let rejection): throw .rejected(rejection)
        default: preconditionFailure("a code is revoked or not")
        }
    }

    // MARK: Payments

    package func debt(of purse: Purse) -> Money { ledger.topUps.debt(of: purse) }

    /// The last ones of an account, the last first.
    package func orders(of account: AccountID, limit: Int) -> [TopUpOrder] { ledger.topUps.orders(of: account, limit: limit) }

    package func order(_ id: OrderID) -> TopUpOrder? { ledger.topUps.order(id) }

    /// Whether a payment can be begun for this balance.
    package func takesPayments(for book: Book) -> Bool { provider?.book == book || book == .test }

    /// Begins a payment.
    /// - Parameters:
    ///   - site: how the payer reaches this server: `https://ai.example`.
    /// - Returns: where to send the payer.
    package func checkout(_ amount: Money, for purse: Purse, site: String) async throws(TopUpFailure) -> String {
        guard amount >= TopUpLimits.paymentMin, amount <= TopUpLimits.paymentMax, TopUpOrder.cents(of: amount) != nil else {
            throw .rejected(
                .invalid(
                    field: "amount",
                    expected: "US dollars and cents from \(TopUpLimits.paymentMin.brief) to \(TopUpLimits.paymentMax.brief)",
                    got: amount.description))
        }
        let name = provider?.book == purse.book ? provider?.provider ?? .test : .test
        guard name != .test || purse.book == .test else { throw .noProvider }
        let pending = orders(of: purse.account, limit: TopUpLimits.pendingMax).filter { $0.state == .pending }
        if pending.count >= TopUpLimits.pendingMax, let last = pending.first,
            last.created.advanced(bySeconds: TopUpLimits.pendingSeconds) > clock.now()
        {
            throw .tooManyTries(seconds: TopUpLimits.pendingSeconds)
        }
        let order = try await open(with: name, purse, amount)
        guard name != .test, let provider else { return "\(site)/pay/test/\(pages.token(of: order.id))" }
        let checkout: Checkout
        do throws(PaymentFailure) {
            checkout = try await provider.open(order, returningTo: "\(site)/console/top-up?order=\(order.id)")
        } catch {
            logger.error("topup.checkout_failed", metadata: ["order": "\(order.id)", "detail": "\(error.detail)"])
            throw .providerFailed
        }
        // Should this be lost, the provider's notice still names the order.
        _ = await ledger.perform(.topUp(.bindOrder(order.id, session: checkout.session)))
        return checkout.url
    }

    private func open(
        with provider: PaymentProvider, _ purse: Purse, _ amount: Money
    ) async throws(TopUpFailure) -> TopUpOrder {
        switch await ledger.perform(.topUp(.openOrder(provider: provider, purse: purse, amount: amount))) {
        case .order(let order): return order
        case .rejected(let rejection): throw .rejected(rejection)
        default: preconditionFailure("an order is opened or rejected")
        }
    }

    /// Takes in what a provider says. It may come any number of times, in any order.
    package func hear(_ notice: PaymentNotice) async throws(TopUpFailure) {
        switch await ledger.perform(.topUp(.hear(notice))) {
        case .order(let order):
            logger.info(
                "topup.notice", metadata: ["order": "\(order.id)", "notice": "\(notice.id)", "state": "\(order.state.rawValue)"])
        case .noted: logger.notice("topup.notice_waits", metadata: ["notice": "\(notice.id)"])
        case .rejected(let rejection):
            logger.error("topup.notice_refused", metadata: ["notice": "\(notice.id)", "why": "\(rejection)"])
            throw .rejected(rejection)
        default: preconditionFailure("a notice is taken in or rejected")
        }
    }

    // MARK: Low balances

    package func alert(of account: AccountID) -> BalanceAlert? { ledger.topUps.alerts[account] }

    /// - Parameter address: as ``BalanceAlert/address``, looked over by whoever took it in; nil: nobody is told any more.
    package func setAlert(of account: AccountID, threshold: Money, address: String?) async throws(TopUpFailure) {
        if address != nil, threshold <= .zero || threshold > Ledger.balanceMax {
            throw .rejected(.invalid(field: "threshold", expected: "US dollars above zero", got: threshold.description))
        }
        let alert = address.map { BalanceAlert(threshold: threshold, address: $0) }
        if case .rejected(let rejection) = await ledger.perform(.topUp(.setAlert(account, alert))) { throw .rejected(rejection) }
    }

    // MARK: The test payment page

    /// The order of a link to the test payment page; nil when the link is not one of ours.
    package func testOrder(_ token: String) -> TopUpOrder? {
        pages.order(in: token).flatMap { ledger.topUps.order($0) }.flatMap { $0.provider == .test ? $0 : nil }
    }

    /// Pays an order of the test balance, as a provider would report it.
    package func payTest(_ order: TopUpOrder) async throws(TopUpFailure) {
        guard order.provider == .test else { throw .rejected(.topUp(.orderUnknown(order.id.description))) }
        try await hear(
            PaymentNotice(
                provider: .test, id: "test_\(order.id)", order: order.id, session: nil, payment: "test_payment_\(order.id.value)",
                news: .paid(cents: order.cents, currency: "usd")))
    }
}

/// Why a top-up came to nothing.
package enum TopUpFailure: Error, Hashable, Sendable {
    case rejected(LedgerRejection)
    case refused(Refusal)
    case tooManyTries(seconds: Int64)
    /// No payment provider takes money for this balance.
    case noProvider
    /// The provider could not be asked, or refused.
    case providerFailed
}

/// What is bounded in topping up, and why.
package enum TopUpLimits {
    /// Codes that were wrong, by account: nobody guesses 130 bits, but nobody should try either.
    package static let codeTries = 5
    static let codeTriesSeconds: Int64 = 60
    /// Codes that are made at once: one commit, and one page of a table.
    package static let codesPerBatchMax = 1000
    /// Characters of a code that are kept to tell it apart: one group of six.
    static let codePrefixCharacters = 5
    /// The least and the most one payment may be. Stripe takes no less than 50 cents.
    package static let paymentMin = Money(nanodollars: Money.nanodollarsPerDollar / 2)
    package static let paymentMax = Money(nanodollars: 10_000 * Money.nanodollarsPerDollar)
    /// The last payments of an account that were begun and none of them ended: after so many one waits …
    static let pendingMax = 20
    /// … so long after the last one.
    static let pendingSeconds: Int64 = 60
}

/// Signs the links to the built-in payment page: whoever has one may pay that order with test money, and no other.
struct TestPaymentSigner: Sendable {
    private let key: SymmetricKey

    init(pepper: [UInt8]) { key = derivedKey("test payments, version 1", from: pepper) }

    func token(of order: OrderID) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(order.description.utf8), using: key)
        return "\(order)-" + code.prefix(16).map { byte in String(UInt16(byte) | 0x100, radix: 16).dropFirst() }.joined()
    }

    func order(in token: String) -> OrderID? {
        guard token.utf8.count <= 80, let name = token.split(separator: "-").first, let order = OrderID(text: name) else {
            return nil
        }
        let right = Array(self.token(of: order).utf8)
        let shown = Array(token.utf8)
        guard shown.count == right.count else { return nil }
        return zip(right, shown).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0 ? order : nil
    }
}
