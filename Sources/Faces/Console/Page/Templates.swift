import Foundation
import Mustache

/// The templates, compiled once for each language: `[[key]]` stands for a text.
struct Templates: Sendable {
    private let libraries: [Language: MustacheLibrary]

    private init(_ sources: [String: [UInt8]], _ texts: Texts) {
        var libraries: [Language: MustacheLibrary] = [:]
        for language in Language.allCases {
            var templates: [String: MustacheTemplate] = [:]
            for (name, bytes) in sources {
                let source = Templates.translate(String(decoding: bytes, as: UTF8.self), texts, language)
                do { templates[name] = try MustacheTemplate(string: source) } catch {
                    preconditionFailure("the template \(name) cannot be read: \(error)")
                }
            }
            libraries[language] = MustacheLibrary(templates: templates)
        }
        self.libraries = libraries
    }

    private static func translate(_ source: String, _ texts: Texts, _ language: Language) -> String {
        var translated = ""
        var rest = source[...]
        while let start = rest.range(of: "[["), let end = rest[start.upperBound...].range(of: "]]") {
            translated += rest[..<start.lowerBound]
            translated += texts.text(String(rest[start.upperBound..<end.lowerBound]), in: language).escapedForHTML
            rest = rest[end.upperBound...]
        }
        return translated + rest
    }

    func render(_ name: String, _ view: View, in language: Language) -> String {
        guard let page = libraries[language]?.render(view.value, withTemplate: name) else {
            preconditionFailure("there is no template named \(name)")
        }
        return page
    }

    static let all = Templates(sources, Texts.all)

    private static let sources: [String: [UInt8]] = [
        "frame": PackageResources.frame_mustache, "console": PackageResources.console_mustache,
        "signin": PackageResources.signin_mustache, "password": PackageResources.password_mustache,
        "message": PackageResources.message_mustache, "overview": PackageResources.overview_mustache,
        "keys": PackageResources.keys_mustache, "usage": PackageResources.usage_mustache,
        "statement": PackageResources.statement_mustache, "entry": PackageResources.entry_mustache,
        "chat": PackageResources.chat_mustache, "images": PackageResources.images_mustache,
        "speech": PackageResources.speech_mustache, "topup": PackageResources.topup_mustache,
        "pay": PackageResources.pay_mustache, "settings": PackageResources.settings_mustache,
        "accounts": PackageResources.accounts_mustache, "account": PackageResources.account_mustache,
        "codes": PackageResources.codes_mustache, "engines": PackageResources.engines_mustache,
        "prices": PackageResources.prices_mustache, "margin": PackageResources.margin_mustache,
        "jobs": PackageResources.jobs_mustache,
        "ledger": PackageResources.ledger_mustache, "system": PackageResources.system_mustache,
        "chart": PackageResources.chart_mustache, "movements": PackageResources.movements_mustache,
        "landing": PackageResources.landing_mustache, "docs": PackageResources.docs_mustache,
        "openapi": PackageResources.openapi_mustache,
        "doc-samples": PackageResources.doc_samples_mustache,
        "doc-start": PackageResources.doc_start_mustache,
        "doc-authorization": PackageResources.doc_authorization_mustache,
        "doc-chat": PackageResources.doc_chat_mustache,
        "doc-vision": PackageResources.doc_vision_mustache,
        "doc-images": PackageResources.doc_images_mustache,
        "doc-speech": PackageResources.doc_speech_mustache,
        "doc-errors": PackageResources.doc_errors_mustache,
        "doc-limits": PackageResources.doc_limits_mustache,
        "doc-billing": PackageResources.doc_billing_mustache,
        "doc-sandbox": PackageResources.doc_sandbox_mustache,
    ]
}

extension String {
    /// For text and for attributes in double quotes.
    var escapedForHTML: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
    }
}
