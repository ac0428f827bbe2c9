import NIOCore
import Wire

/// What every page has around it, and what browsers are told of it.
struct Frame: Sendable {
    /// Nothing is loaded from elsewhere but pictures, which may lie in a store of the operator's.
    /// - Parameter forms: where forms may lead.
    static func security(forms: String = "'self'") -> [(name: String, value: String)] {
        [
            (
                "content-security-policy",
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob: https:; media-src 'self' blob:; "
                    + "connect-src 'self'; form-action \(forms); base-uri 'none'; frame-ancestors 'none'"
            ),
            ("x-content-type-options", "nosniff"), ("x-frame-options", "DENY"), ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
        ]
    }

    static func page(
        _ template: String, _ view: View, title: String, in language: Language, status: Int = 200,
        forms: String = "'self'", scripts: [String] = [], fields: [(name: String, value: String)] = []
    ) -> PageAnswer {
        let assets = Assets.all
        let body = Templates.all.render(template, view, in: language)
        let whole = Templates.all.render(
            "frame",
            [
                "lang": .text(language.tag), "title": .text(title), "body": .text(body),
                "style": .text(assets.path("console.css")),
                "icon": .text(assets.path("icon.svg")),
                "scripts": .list((["console.js"] + scripts).map { .text(assets.path($0)) }),
            ], in: language)
        return PageAnswer(
            status: status,
            fields: [
                ("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store"), ("vary", "cookie, accept-language"),
            ]
                + security(forms: forms) + fields, body: ByteBuffer(string: whole))
    }

    static func redirect(to path: String, fields: [(name: String, value: String)] = []) -> PageAnswer {
        PageAnswer(status: 303, fields: [("location", path), ("cache-control", "no-store")] + security() + fields)
    }

    /// A file to be kept.
    static func file(_ name: String, type: String, _ text: String) -> PageAnswer {
        PageAnswer(
            status: 200,
            fields: [
                ("content-type", type), ("content-disposition", "attachment; filename=\"\(name)\""),
                ("cache-control", "no-store"),
            ] + security(), body: ByteBuffer(string: text))
    }
}
