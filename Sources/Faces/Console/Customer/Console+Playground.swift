import Commerce
import Gateway
import Inference
import NIOCore
import Units
import Wire

/// Each API, tried from the browser. The scripts ask the public API like everybody else, with a key that ends within the hour.
extension Console {
    var playgroundPages: [Page] {
        [
            page(.get, "/console/play/chat") { visit in
                visit.page(
                    "chat", title: visit.text("nav.chat"),
                    ["models": .list(backstage.models(.chat).map(View.text)), "sample": .text(visit.text("chat.sample"))],
                    scripts: ["chat.js"])
            },
            page(.get, "/console/play/images") { visit in
                let pictures = await backstage.pictures(visit.account.record.id, visit.book, visit.request.field("host"))
                return visit.page(
                    "images", title: visit.text("nav.images"),
                    [
                        "models": .list(backstage.models(.image).map(View.text)), "sample": .text(visit.text("images.sample")),
                        "sideMin": .text(String(ImagePrompt.sideRange.lowerBound)),
                        "sideMax": .text(String(ImagePrompt.sideRange.upperBound)),
                        "schedulers": .list(
                            Scheduler.allCases.map {
                                ["name": .text($0.rawValue), "isChosen": .flag($0 == .standard)]
                            }),
                        "pictures": .list(
                            pictures.map { ["url": .text($0.url), "prompt": .text($0.prompt), "at": .text($0.at.shown)] }),
                    ], scripts: ["images.js"])
            },
            page(.get, "/console/play/speech") { visit in
                visit.page(
                    "speech", title: visit.text("nav.speech"),
                    [
                        "models": .list(backstage.models(.speech).map(View.text)),
                        "voices": .list(await backstage.voices(visit.book).map(View.text)),
                        "sample": .text(visit.text("speech.sample")),
                    ], scripts: ["speech.js"])
            },
            page(.post, "/console/play/key") { try await playgroundKey($0) },
        ]
    }

    /// How long a key of the playground counts, in seconds.
    private static let playgroundKeySeconds: Int64 = 3600
    /// Of one account at once: as many browsers as people have, and then some.
    private static let playgroundKeysMax = 20

    private func playgroundKey(_ visit: Visit) async throws -> PageAnswer {
        let book = visit.form["book"].flatMap(Book.init(rawValue:)) ?? visit.book
        // Whoever loads pages all day leaves no heap of keys: the oldest ends when another is made.
        let now = clock.now()
        let own = try administration.keys(of: visit.account.record.id.description).map(\.record).filter {
            $0.label == Console.playgroundLabel && $0.revoked == nil && ($0.expires ?? now) > now
        }
        for key in own.dropLast(Console.playgroundKeysMax - 1) { _ = try await administration.revokeKey(key.id.description) }
        let expires = now.advanced(bySeconds: Console.playgroundKeySeconds)
        let minted = try await administration.createKey(
            KeyWish(
                account: visit.account.record.id.description, book: book, label: Console.playgroundLabel, expires: expires))
        var body = ByteBuffer()
        JSONValue.object([
            JSONMember(key: "key", value: .string(minted.secret)),
            JSONMember(key: "expires", value: .string(expires.description)),
        ]).write(into: &body)
        return PageAnswer(
            status: 200, fields: [("content-type", "application/json"), ("cache-control", "no-store")] + Frame.security(),
            body: body)
    }
}
