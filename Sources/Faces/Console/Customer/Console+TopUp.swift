import Commerce
import Gateway
import Logging
import Units
import Wire

/// Money in, by hand.
extension Console {
    var topUpPages: [Page] {
        [
            page(.get, "/console/top-up") { topUp($0) },
            page(.post, "/console/top-up/redeem") { visit in
                do throws(TopUpFailure) {
                    let (code, _) = try await topUps.redeem(visit.form["code"] ?? "", for: visit.account.record.id)
                    let book = visit.text("mode.\(code.book.rawValue)")
                    return topUp(visit, success: visit.text("topup.redeemed", code.amount.brief, book))
                } catch { return topUp(visit, problem: error.complaint) }
            },
            page(.post, "/console/top-up/checkout") { visit in
                do {
                    let amount = try visit.money("amount", label: "topup.amount")
                    do throws(TopUpFailure) {
                        return Frame.redirect(to: try await topUps.checkout(amount, for: visit.purse, site: site(visit.request)))
                    } catch { throw error.complaint }
                } catch let complaint as Complaint { return topUp(visit, problem: complaint) }
            },
            Page(.get, "/pay/test/:token") { request in testPayment(request) },
            Page(.post, "/pay/test/:token") { request in
                guard isFromHere(request), let order = topUps.testOrder(request.parameters["token"] ?? "") else {
                    return testPayment(request)
                }
                do throws(TopUpFailure) { try await topUps.payTest(order) } catch {
                    logger.error("console.test_payment_failed", metadata: ["order": "\(order.id)", "error": "\(error)"])
                }
                return Frame.redirect(to: request.path)
            },
        ]
    }

    private static let ordersShown = 100

    private func topUp(_ visit: Visit, problem: Complaint? = nil, success: String? = nil) -> PageAnswer {
        let orders = topUps.orders(of: visit.account.record.id, limit: Console.ordersShown).filter { $0.purse.book == visit.book }
        let returned = visit.request.query["order"].flatMap { OrderID(text: $0) }.flatMap { id in orders.first { $0.id == id } }
        let news = returned.map { order in
            if order.credited != nil { return visit.text("topup.paid", order.amount.brief) }
            return visit.text(visit.request.query["canceled"] == nil ? "topup.waiting" : "topup.canceled")
        }
        let range = visit.text("topup.range", TopUpLimits.paymentMin.brief, TopUpLimits.paymentMax.brief)
        return visit.page(
            "topup", title: visit.text("nav.topup"),
            [
                "code": .text(problem == nil ? "" : visit.form["code"] ?? ""),
                "amount": .text(problem == nil ? "10.00" : visit.form["amount"] ?? ""), "range": .text(range),
                "canPay": .flag(topUps.takesPayments(for: visit.book)),
                "payTitle": .text(visit.text(visit.book == .test ? "topup.test_payment" : "topup.payment")),
                "orders": .list(
                    orders.map { order in
                        [
                            "id": .text(order.id.description), "at": .text(order.created.shown),
                            "provider": .text(visit.text("order.\(order.provider.rawValue)")),
                            "amount": .text(order.amount.brief),
                            "state": .text(visit.text("order.\(order.state.rawValue)")),
                        ]
                    }),
            ], problem: problem?.sentence(visit.language), success: success ?? news, status: problem?.status ?? 200,
            forms: "'self' https://checkout.stripe.com")
    }

    /// Whoever has the link may look and pay: a payer need not be signed in.
    private func testPayment(_ request: PageRequest) -> PageAnswer {
        let language = Language(request)
        func text(_ key: String) -> String { Texts.all.text(key, in: language) }
        guard let order = topUps.testOrder(request.parameters["token"] ?? "") else {
            let view: View = [
                "title": .text(text("notfound")), "text": .text(text("notfound_text")), "href": "/",
                "link": .text(text("nav.console")),
            ]
            return Frame.page("message", view, title: text("notfound"), in: language, status: 404)
        }
        let view: View = [
            "amount": .text(order.amount.brief), "order": .text(order.id.description), "action": .text(request.path),
            "isOpen": .flag(order.credited == nil),
        ]
        return Frame.page("pay", view, title: text("pay.title"), in: language)
    }
}
