import Crypto
import NIOCore
import Wire

/// Style and scripts: each under an address that changes with its contents, so that browsers keep it for good.
struct Assets: Sendable {
    private struct Asset: Sendable { let path: String, type: String, bytes: [UInt8] }
    private let assets: [String: Asset]

    private init(_ files: [(name: String, type: String, bytes: [UInt8])]) {
        assets = Dictionary(
            uniqueKeysWithValues: files.map { file in
                let code = SHA256.hash(data: file.bytes).prefix(6).map { byte in
                    String(UInt16(byte) | 0x100, radix: 16).dropFirst()
                }.joined()
                return (file.name, Asset(path: "/console/assets/\(code)/\(file.name)", type: file.type, bytes: file.bytes))
            })
    }

    static let all = Assets([
        ("console.css", "text/css; charset=utf-8", PackageResources.console_css),
        ("console.js", script, PackageResources.console_js), ("chat.js", script, PackageResources.chat_js),
        ("images.js", script, PackageResources.images_js), ("speech.js", script, PackageResources.speech_js),
        ("play.js", script, PackageResources.play_js), ("icon.svg", "image/svg+xml", PackageResources.icon_svg),
    ])

    private static let script = "text/javascript; charset=utf-8"

    func path(_ name: String) -> String {
        guard let asset = assets[name] else { preconditionFailure("there is no asset named \(name)") }
        return asset.path
    }

    /// Any code is answered: a page that was loaded before an update still finds its style.
    var page: Page {
        Page(.get, "/console/assets/:code/:name") { [assets] request in
            guard let asset = assets[request.parameters["name"] ?? ""] else {
                return PageAnswer(status: 404, fields: Frame.security(forms: "'none'"))
            }
            let isCurrent = request.path == asset.path
            return PageAnswer(
                status: 200,
                fields: [
                    ("content-type", asset.type), ("x-content-type-options", "nosniff"),
                    ("cache-control", isCurrent ? "public, max-age=31536000, immutable" : "no-cache"),
                ], body: ByteBuffer(bytes: asset.bytes))
        }
    }
}
