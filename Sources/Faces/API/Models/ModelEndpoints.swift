import Commerce
import Gateway
import Hummingbird
import Inference
import NIOCore
import Units
import Wire

/// What can be asked for here, at what price.
struct ModelEndpoints: EndpointGroup {
    let chat: Chat

    var endpoints: [Endpoint] {
        [
            .keyed(.get, "/v1/models") { _, caller in
                var body = ByteBuffer()
                ModelListing.write(list: chat.catalog.chat.map { listing(of: $0, for: caller) }, into: &body)
                return .json(body)
            },
            .keyed(.get, "/v1/models/:id") { context, caller in
                let id = context.parameters.get("id").flatMap(\.percentDecoded) ?? ""
                guard let model = chat.catalog.chatModel(id) else { throw ErrorResponse(.modelUnknown(model: id)) }
                var body = ByteBuffer()
                listing(of: model, for: caller).write(into: &body)
                return .json(body)
            },
        ]
    }

    private func listing(of model: ChatModel, for caller: Caller) -> ModelListing {
        let price = chat.prices.version(for: model.id, in: .live)?.price
        let isRouted = !chat.routes.routes(to: model, for: caller.key.book).isEmpty
        return ModelListing(
            id: model.id, created: model.created, ownedBy: model.ownedBy, kind: "chat", prices: price?.listed ?? [],
            isAvailable: price != nil && isRouted && caller.key.allows(model: model.id))
    }
}

extension ModelPrice {
    fileprivate var listed: [ModelListing.Price] {
        [("input", input), ("cached_input", cachedInput), ("output", output)].compactMap { name, rate in
            rate.map { ModelListing.Price(name: name, dollars: $0.dollarsPerMillion) }
        }
    }
}
