import Commerce
import Inference
import Units

/// One image model of the configuration: what it costs, who paints it.
struct ImageModelSetting: Sendable {
    let model: ImageModel
    /// nil: listed, but refused to live keys.
    let price: ModelPrice?
    let routes: [RouteSetting]

    init(_ section: Section, name: String, isBuiltIn: Bool, engines: [String]) {
        model = ImageModel(id: name)
        price = section.section("price") { price in
            let isFree = price.setting("free") != nil && price.truth("free", default: false)
            let each = price.dollars("image")
            if isFree { return ModelPrice.image(.zero) }
            guard let each else {
                guard isBuiltIn, !price.isWritten else {
                    if price.isWritten, price.setting("image") == nil {
                        price.reading.add("expected US dollars a picture, got nothing", at: price.path("image"), price.origin)
                    }
                    return nil
                }
                price.reading.record(price.path("image"), "0.001500", .builtIn)
                return PriceList.builtInImage
            }
            if each == .zero {
                price.reading.add("a model that costs nothing says so with free: true", at: price.path, price.origin)
            }
            return ModelPrice.image(each)
        }
        routes = RouteSetting.all(section, engines: engines)
    }
}
