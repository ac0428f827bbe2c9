import Commerce
package import Inference

/// A model with all that is settled of it before anybody asks: one look by its name instead of one for each.
package final class ModelOffer: Sendable {
    package let model: ChatModel
    /// The model's own names: asked of it from other rooms, they would cost a copy of all it is.
    package let id: String
    package let snapshot: String
    /// Of answers that are given again, to live and to test keys; apart from the rest, which every request looks at.
    private let cachedPrices: [PriceVersion?]
    let live: Terms
    let test: Terms

    /// What callers of one book are offered.
    struct Terms: Sendable {
        /// nil: it is not sold.
        let price: PriceVersion?
        /// In no order yet: see ``RouteTable/inOrder(_:for:at:)``.
        let routes: [Route]
    }

    private init(_ model: ChatModel, _ prices: PriceList, _ routes: RouteTable) {
        func terms(in book: Book) -> Terms {
            Terms(
                price: prices.version(for: model.id, in: book),
                routes: routes.routes(to: model, for: book))
        }
        self.model = model
        id = model.id
        snapshot = model.snapshot
        cachedPrices = [Book.live, .test].map { prices.version(for: PriceList.cacheName(of: model.id), in: $0) }
        live = terms(in: .live)
        test = terms(in: .test)
    }

    /// nil: no answer is given again.
    func cachedPrice(for book: Book) -> PriceVersion? { cachedPrices[book == .live ? 0 : 1] }

    func terms(for book: Book) -> Terms { book == .live ? live : test }

    /// Every model of a catalog by its id and by its snapshot: what ``ModelCatalog/chatModel(_:)`` finds.
    static func all(of catalog: ModelCatalog, _ prices: PriceList, _ routes: RouteTable) -> [String: ModelOffer] {
        let offers = catalog.chat.map { ModelOffer($0, prices, routes) }
        let byID = Dictionary(uniqueKeysWithValues: offers.map { ($0.model.id, $0) })
        return offers.reduce(into: byID) { all, offer in
            if all[offer.model.snapshot] == nil { all[offer.model.snapshot] = offer }
        }
    }
}
