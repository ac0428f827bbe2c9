import Wire

/// A file of the server's, as `GET /view` names it.
struct ComfyUIFile: Hashable, Sendable {
    let name: String
    let folder: String
    let type: String

    /// nil: an element of a node's `images` is missing its name, or says more than a name needs.
    init?(_ image: JSONValue) {
        guard let name = image["filename"]?.string, !name.isEmpty else { return nil }
        self.name = name
        folder = image["subfolder"]?.string ?? ""
        type = image["type"]?.string ?? "output"
        guard [name, folder, type].allSatisfy({ $0.utf8.count <= ComfyUILimits.fileNameBytesMax }) else { return nil }
    }

    /// Path and query.
    var target: String {
        "/view?filename=\(Self.escaped(name))&subfolder=\(Self.escaped(folder))&type=\(Self.escaped(type))"
    }

    /// For a value in a query: everything that does not stand for itself is escaped. Source: RFC 3986 §2.
    private static func escaped(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        let bytes = text.utf8.flatMap {
            $0.mayStandInPath ? [$0] : [UInt8(ascii: "%"), digits[Int($0 >> 4)], digits[Int($0 & 15)]]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
