import API
import Foundation
import Logging

extension Configuration.Server {
    /// More loops than this serve nobody faster: the one ledger writer is busy by then.
    static let loopsMax = 64

    init(_ section: Section) {
        let cores = ProcessInfo.processInfo.activeProcessorCount
        host = section.text("host", default: "127.0.0.1")
        port = section.wholeNumber("port", in: 0...65_535, default: 8080)
        publicURL = Configuration.Server.publicURL(section)
        loops = section.wholeNumber("loops", in: 1...Configuration.Server.loopsMax, default: min(max(cores, 1), 16))
        logLevel = section.choice("log_level", default: Logger.Level.info)
        drainMilliseconds = section.duration("drain", in: 0...600_000, default: 30_000)
        accessLog = section.text("access_log", default: "off")
        metrics = section.choice("metrics", default: MetricsAudience.local)
    }

    private static func publicURL(_ section: Section) -> String? {
        guard let text = section.optionalText("public_url", shownAs: "http://HOST:PORT") else { return nil }
        guard let url = URLComponents(string: text), ["http", "https"].contains(url.scheme), url.host?.isEmpty == false,
            url.user == nil, url.query == nil
        else {
            section.reading.add(
                "expected an address such as https://ai.example, got \(quoted(text))", at: section.path("public_url"),
                section.setting("public_url")?.origin ?? section.origin)
            return nil
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }
}

extension Configuration.Server {
    /// Only this machine reaches it: it listens on loopback, and no proxy is said to pass others on.
    var isLocal: Bool { ["127.0.0.1", "::1", "localhost"].contains(host) && publicURL == nil }
}

extension Configuration.Store {
    /// The database's name in the data directory.
    static let fileName = "minitoolai.db"

    /// The store is one line, `sqlite:data/minitoolai.db`; the database lies in the data directory under this one name.
    init(_ root: Section) {
        let standard = "sqlite:data/\(Configuration.Store.fileName)"
        let text = root.text("store", default: standard)
        let origin = root.setting("store")?.origin ?? .default
        if ["postgres:", "postgresql:"].contains(where: text.hasPrefix) {
            root.reading.add("PostgreSQL is not served by this version, expected \(standard)", at: ["store"], origin)
        } else if !text.hasPrefix("sqlite:") || !text.hasSuffix("/" + Configuration.Store.fileName) {
            root.reading.add(
                "expected sqlite: and a path that ends in /\(Configuration.Store.fileName), such as \(standard), got "
                    + quoted(text), at: ["store"], origin)
        }
        let path = text.trimmingPrefix("sqlite:")
        let directory =
            path.hasSuffix("/" + Configuration.Store.fileName)
            ? path.dropLast(Configuration.Store.fileName.count + 1) : "data"
        dataDirectory = directory.isEmpty ? "/" : String(directory)
    }
}

extension Configuration.Ledger {
    init(_ section: Section) {
        ballastBytes = section.wholeNumber("ballast_mib", in: 0...4096, default: 64) * 1024 * 1024
    }
}

extension Configuration.Blobs {
    private enum Kind: String, CaseIterable { case directory, s3 }

    init(_ section: Section, dataDirectory: String) {
        place =
            switch section.choice("kind", default: Kind.directory) {
            case .directory: .directory(path: section.text("path", default: dataDirectory + "/images"))
            case .s3: .s3(Bucket(section))
            }
        keepMilliseconds = section.duration("keep", in: 60_000...8_760 * 3_600_000, default: 24 * 3_600_000)
    }
}

extension Configuration.Blobs.Bucket {
    fileprivate init(_ section: Section) {
        endpoint =
            section.requiredText("endpoint", expected: "the store's address, such as https://s3.eu-central-1.amazonaws.com") ?? ""
        region = section.text("region", default: "us-east-1")
        name = section.requiredText("bucket", expected: "the name of a bucket") ?? ""
        prefix = section.text("prefix", default: "")
        accessKey = section.requiredText("access_key", expected: "the id of an access key") ?? ""
        secretKey = section.secret("secret_key") ?? ""
        publicURL = section.optionalText("public_url", shownAs: "addresses are signed")
        signedEndpoint = section.optionalText("signed_endpoint", shownAs: "the endpoint")
        trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
    }
}
