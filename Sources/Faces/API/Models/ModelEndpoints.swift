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
    /// nil: no pictures are made here.
    let images: ImageJobs?
    /// nil: nothing is spoken here.
    let speech: Speech?
    /// nil: no vectors are made here.
    let embeddings: Embeddings?

    var endpoints: [Endpoint] {
        [
            .keyed(.get, "/v1/models") { _, caller in
                var body = ByteBuffer()
                let pictures = (images?.models ?? []).map { listing(of: $0, for: caller) }
                let voices = (speech?.models ?? []).map { listing(of: $0, for: caller) }
                let vectors = (embeddings?.models ?? []).map { listing(of: $0, for: caller) }
                let chats = chat.catalog.chat.map { listing(of: $0, for: caller) }
                ModelListing.write(list: chats + pictures + voices + vectors, into: &body)
                return .json(body)
            },
            .keyed(.get, "/v1/models/:id") { context, caller in
                let id = context.parameters.get("id").flatMap(\.percentDecoded) ?? ""
                guard let listing = listing(id, for: caller) else { throw ErrorResponse(.modelUnknown(model: id)) }
                var body = ByteBuffer()
                listing.write(into: &body)
                return .json(body)
            },
        ]
    }

    private func listing(_ id: String, for caller: Caller) -> ModelListing? {
        chat.catalog.chatModel(id).map { listing(of: $0, for: caller) }
            ?? images?.models.first { $0.id == id }.map { listing(of: $0, for: caller) }
            ?? speech?.models.first { $0.id == id }.map { listing(of: $0, for: caller) }
            ?? embeddings?.models.first { $0.id == id }.map { listing(of: $0, for: caller) }
    }

    private func listing(of model: SpeechModel, for caller: Caller) -> ModelListing {
        let price = speech?.prices.version(for: model.id, in: .live)?.price
        let isRouted = speech.map { !$0.routes.routes(to: model.id, for: caller.key.book).isEmpty } ?? false
        return ModelListing(
            id: model.id, created: 0, ownedBy: "operator", kind: "speech",
            prices: price.map { [ModelListing.Price(name: "characters", dollars: $0.input.dollarsPerMillion)] } ?? [],
            isAvailable: price != nil && isRouted && caller.key.allows(model: model.id))
    }

    private func listing(of model: EmbeddingModel, for caller: Caller) -> ModelListing {
        let price = embeddings?.prices.version(for: model.id, in: .live)?.price
        let isRouted = embeddings.map { !$0.routes(to: model.id, for: caller.key.book).isEmpty } ?? false
        return ModelListing(
            id: model.id, created: 0, ownedBy: "operator", kind: "embedding",
            prices: price.map { [ModelListing.Price(name: "input", dollars: $0.input.dollarsPerMillion)] } ?? [],
            isAvailable: price != nil && isRouted && caller.key.allows(model: model.id))
    }

    private func listing(of model: ImageModel, for caller: Caller) -> ModelListing {
        let price = images?.prices.version(for: model.id, in: .live)?.price
        let isRouted = images.map { !$0.routes.routes(to: model.id, for: caller.key.book).isEmpty } ?? false
        let each = price.map { Money(nanodollars: $0.output.nanodollarsPerMillion / 1_000_000).description }
        return ModelListing(
            id: model.id, created: 0, ownedBy: "operator", kind: "image",
            prices: each.map { [ModelListing.Price(name: "image", dollars: $0)] } ?? [],
            isAvailable: price != nil && isRouted && caller.key.allows(model: model.id))
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
