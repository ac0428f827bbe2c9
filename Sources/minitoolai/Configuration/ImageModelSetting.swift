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
        price = section.section("price") { $0.picturePrice(builtIn: isBuiltIn ? PriceList.builtInImage : nil) }
        routes = RouteSetting.all(section, engines: engines) { $0.picturePrice(builtIn: nil) }
    }
}

extension Section {
    fileprivate func picturePrice(builtIn: ModelPrice?) -> ModelPrice? {
        let isFree = setting("free") != nil && truth("free", default: false)
        let each = dollars("image")
        if isFree { return ModelPrice.image(.zero) }
        guard let each else {
            guard let builtIn, !isWritten else {
                if isWritten, setting("image") == nil {
                    reading.add("expected US dollars a picture, got nothing", at: path("image"), origin)
                }
                return nil
            }
            reading.record(path("image"), "0.001500", .builtIn)
            return builtIn
        }
        if each == .zero { reading.add("a model that costs nothing says so with free: true", at: path, origin) }
        return ModelPrice.image(each)
    }
}
