import Foundation
import NIOCore
import Synchronization
import TestKit
import Units

/// A bucket `pictures` that keeps what it is sent, over the wire as S3 speaks, and fails as it is told to.
final class ScriptedBucket: Sendable {
    private struct State {
        var objects: [String: (bytes: ByteBuffer, type: String?, put: Instant)] = [:]
        var faults: [ScriptedAnswer] = []
        var locked: Set<String> = []
    }

    private let state = Mutex(State())
    let clock = ManualClock()
    let pageKeys: Int

    init(pageKeys: Int = 1000) { self.pageKeys = pageKeys }

    /// The next requests are answered so.
    func fail(with answers: [ScriptedAnswer]) { state.withLock { $0.faults = answers } }
    var keys: [String] { state.withLock { $0.objects.keys.sorted() } }
    func type(of key: String) -> String? { state.withLock { $0.objects[key]?.type } }
    /// From now on it cannot be removed.
    func lock(_ key: String) { state.withLock { _ = $0.locked.insert(key) } }
    func lay(_ key: String) { state.withLock { $0.objects[key] = (ByteBuffer(string: "x"), nil, clock.now()) } }

    func answer(_ request: ScriptedRequest) -> ScriptedAnswer {
        state.withLock { state in
            if !state.faults.isEmpty { return state.faults.removeFirst() }
            let parts = request.target.split(separator: "?", maxSplits: 1)
            guard parts[0].hasPrefix("/pictures") else { return .error(404, "NoSuchBucket") }
            let key = String(parts[0].dropFirst("/pictures/".count))
            switch request.method {
            case "PUT":
                state.objects[key] = (request.body, request[header: "content-type"], clock.now())
                return .body("", headers: [("etag", "\"1\"")])
            case "DELETE" where state.locked.contains(key): return .error(403, "AccessDenied")
            case "DELETE":
                state.objects[key] = nil
                return ScriptedAnswer.raw("HTTP/1.1 204 No Content\r\n\r\n")
            case "GET" where key.isEmpty: return list(parts.count > 1 ? String(parts[1]) : "", state)
            case "GET":
                guard let object = state.objects[key] else { return .error(404, "NoSuchKey") }
                var steps = ScriptedAnswer.raw(
                    "HTTP/1.1 200 OK\r\ncontent-length: \(object.bytes.readableBytes)\r\nlast-modified: \(rfc1123(object.put))\r\n\r\n"
                ).steps
                steps.append(.send(object.bytes))
                return ScriptedAnswer(steps)
            default: return .error(405, "MethodNotAllowed")
            }
        }
    }

    private func list(_ query: String, _ state: State) -> ScriptedAnswer {
        let items = URLComponents(string: "?" + query)?.queryItems ?? []
        func value(_ name: String) -> String? { items.first { $0.name == name }?.value }
        let after = value("continuation-token").map { String($0.dropFirst("after&".count)) } ?? value("start-after") ?? ""
        let prefix = value("prefix") ?? ""
        let matching = state.objects.filter { $0.key > after && $0.key.hasPrefix(prefix) }.sorted { $0.key < $1.key }
        let page = matching.prefix(min(pageKeys, value("max-keys").flatMap { Int($0) } ?? 1000))
        let contents = page.map {
            "<Contents><Key>\($0.key.replacing("&", with: "&amp;"))</Key><LastModified>\($0.value.put)</LastModified>"
                + "<Owner><ID>1</ID></Owner><Size>1</Size></Contents>"
        }
        let isTruncated = page.count < matching.count
        let next = isTruncated ? "<NextContinuationToken>after&amp;\(page.last?.key ?? "")</NextContinuationToken>" : ""
        return .body(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                + "<Name>pictures</Name><Prefix/><IsTruncated>\(isTruncated)</IsTruncated>\(next)\(contents.joined())</ListBucketResult>",
            type: "application/xml")
    }

    private func rfc1123(_ time: Instant) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 0)
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: Date(timeIntervalSince1970: Double(time.seconds)))
    }
}

extension ScriptedAnswer {
    static func error(_ status: Int, _ code: String) -> ScriptedAnswer {
        .body(
            "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>what was signed: wJalr</Message></Error>",
            status: status,
            type: "application/xml")
    }
}
