package import Units

/// Every code, every order, and who owes what. Part of the ledger: what changes here and the entry that goes with it are one commit.
package struct TopUpBook: Sendable {
    private var codesByID: Numbered<RedemptionCode>
    private var codesByMAC: [[UInt8]: CodeID] = [:]
    private var ordersByID: Numbered<TopUpOrder>
    private var ordersByPayment: [PaymentName: OrderID] = [:]
    private var ordersByAccount: [AccountID: [OrderID]] = [:]
    /// Of payments that belong to no order yet.
    private var waiting: [PaymentName: [PaymentNotice]] = [:]
    /// What was paid back to payers and could not be taken out of their balance any more. Whoever owes has nothing available.
    package private(set) var debts: [Purse: Money]
    /// Who wants to be told when their balance runs low.
    package private(set) var alerts: [AccountID: BalanceAlert]
    private(set) var lastCode: Int64
    private(set) var lastOrder: Int64

    private struct PaymentName: Hashable { let provider: PaymentProvider, payment: String }

    package init(
        codes: [RedemptionCode] = [], orders: [TopUpOrder] = [], waiting: [PaymentNotice] = [], debts: [Purse: Money] = [:],
        alerts: [AccountID: BalanceAlert] = [:]
    ) {
        codesByID = Numbered(codes.map { ($0.id.value, $0) })
        ordersByID = Numbered(orders.map { ($0.id.value, $0) })
        self.debts = debts
        self.alerts = alerts
        lastCode = codes.map(\.id.value).max() ?? 0
        lastOrder = orders.map(\.id.value).max() ?? 0
        for code in codes { codesByMAC[code.mac] = code.id }
        for order in orders {
            index(order)
            ordersByAccount[order.purse.account, default: []].append(order.id)
        }
        for notice in waiting { wait(notice) }
    }

    /// In order of creation.
    package var codes: [RedemptionCode] { codesByID.pairs.map(\.1) }

    /// The last ones of an account, the last first.
    package func orders(of account: AccountID, limit: Int) -> [TopUpOrder] {
        (ordersByAccount[account] ?? []).suffix(limit).reversed().compactMap(order)
    }

    package func code(_ id: CodeID) -> RedemptionCode? { codesByID[id.value] }
    package func code(mac: [UInt8]) -> RedemptionCode? { codesByMAC[mac].flatMap { codesByID[$0.value] } }
    package func order(_ id: OrderID) -> TopUpOrder? { ordersByID[id.value] }

    package func debt(of purse: Purse) -> Money { debts[purse] ?? .zero }

    /// The order a notice is about: the one it names, or the one whose payment it is.
    func order(of notice: PaymentNotice) -> TopUpOrder? {
        if let named = notice.order.flatMap(order) { return named }
        guard let payment = notice.payment else { return nil }
        return ordersByPayment[PaymentName(provider: notice.provider, payment: payment)].flatMap(order)
    }

    /// What was said of a payment before anybody knew whose it was.
    func waiting(for order: TopUpOrder) -> [PaymentNotice] {
        guard let payment = order.payment else { return [] }
        return waiting[PaymentName(provider: order.provider, payment: payment)] ?? []
    }

    /// What a record of the ledger changes here.
    package mutating func apply(_ record: TopUpRecord) {
        switch record {
        case .code(let code), .codeChanged(let code):
            codesByID[code.id.value] = code
            codesByMAC[code.mac] = code.id
            lastCode = max(lastCode, code.id.value)
        case .order(let order):
            ordersByID[order.id.value] = order
            ordersByAccount[order.purse.account, default: []].append(order.id)
            lastOrder = max(lastOrder, order.id.value)
            index(order)
        case .orderChanged(let order, _):
            ordersByID[order.id.value] = order
            index(order)
        case .notice(let kept): if kept.order == nil { wait(kept.notice) } else { found(kept.notice) }
        case .alert(let account, let alert): alerts[account] = alert
        case .debt(let purse, let amount): debts[purse] = amount > .zero ? amount : nil
        }
    }

    private mutating func index(_ order: TopUpOrder) {
        guard let payment = order.payment else { return }
        ordersByPayment[PaymentName(provider: order.provider, payment: payment)] = order.id
    }

    private mutating func found(_ notice: PaymentNotice) {
        guard let payment = notice.payment else { return }
        let name = PaymentName(provider: notice.provider, payment: payment)
        waiting[name]?.removeAll { $0.id == notice.id }
        if waiting[name]?.isEmpty == true { waiting[name] = nil }
    }

    var waitingCount: Int { waiting.values.reduce(0) { $0 + $1.count } }

    private mutating func wait(_ notice: PaymentNotice) {
        guard let payment = notice.payment else { return }
        let name = PaymentName(provider: notice.provider, payment: payment)
        if waiting[name]?.contains(where: { $0.id == notice.id }) != true { waiting[name, default: []].append(notice) }
    }
}

/// What a step of the top-ups leaves for the store, beside entries.
package enum TopUpRecord: Sendable {
    case code(RedemptionCode)
    /// It was redeemed or revoked: the store finds it neither before, or refuses.
    case codeChanged(RedemptionCode)
    case order(TopUpOrder)
    case orderChanged(TopUpOrder, before: TopUpOrder)
    case notice(KeptNotice)
    /// nil: nobody is told any more.
    case alert(AccountID, BalanceAlert?)
    /// What is owed in all from now on.
    case debt(Purse, Money)
}

/// What can be asked of the top-ups.
package enum TopUpCommand: Sendable {
    case createCodes([NewCode], amount: Money, book: Book, expires: Instant?)
    case revokeCode(CodeID)
    /// - Parameter account: who is credited, in the code's own book.
    case redeem(mac: [UInt8], account: AccountID)
    case openOrder(provider: PaymentProvider, purse: Purse, amount: Money)
    /// The provider's name for the checkout of an order.
    case bindOrder(OrderID, session: String)
    case hear(PaymentNotice)
    /// nil: nobody is told any more.
    case setAlert(AccountID, BalanceAlert?)
    case noteAlert(AccountID, isTold: Bool)
}
