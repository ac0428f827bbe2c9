/// A model that paints, by the name callers use.
package struct ImageModel: Hashable, Sendable {
    package let id: String

    package init(id: String) { self.id = id }

    /// The fifteen of the reference, in its order.
    package static let builtIn = [
        "realvision", "juggernaut", "autismmix", "dreamshaper", "valhalla", "mixrealistic", "campursari", "reality",
        "extrarealistic",
        "realism", "realgirls", "realityreborn", "amigo", "simplemix", "beautifulrealistic",
    ].map(ImageModel.init)
}
