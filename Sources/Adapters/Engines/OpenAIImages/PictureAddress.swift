/// Where a picture lies, as an upstream says. Nothing is fetched from there before the origin has been compared with those an
/// operator named: an upstream is not to have this server ask around in its operator's network.
struct PictureAddress: Hashable, Sendable {
    let origin: Origin
    /// Path and query.
    let target: String

    /// Scheme, host and port. Source: RFC 6454 §4.
    struct Origin: Hashable, Sendable {
        let scheme: EngineAddress.Scheme
        let host: EngineAddress.Host
        let port: Int

        init(_ address: EngineAddress) {
            scheme = address.scheme
            host = address.host
            port = address.port
        }
    }

    /// nil for what two readers could read differently.
    init?(_ url: String) {
        guard url.utf8.count <= OpenAIImagesLimits.resultURLBytesMax, let mark = url.firstRange(of: "://"),
            let slash = url[mark.upperBound...].firstIndex(of: "/"),
            let address = try? EngineAddress(String(url[..<slash]))
        else { return nil }
        let target = url[slash...]
        guard target.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !target.contains("#"), !target.contains("\\") else {
            return nil
        }
        origin = Origin(address)
        self.target = String(target)
    }
}

extension EngineAddress {
    /// The same without its path.
    var withoutPath: EngineAddress? { try? EngineAddress("\(scheme.rawValue)://\(authority)") }
}
