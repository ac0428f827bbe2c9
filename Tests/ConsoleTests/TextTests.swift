import Foundation
import Testing

@testable import Console

@Suite("The words of the pages")
struct TextTests {
    @Test func `every text is there in both languages`() {
        for (key, texts) in Texts.all.byKey {
            for language in Language.allCases { #expect(texts[language]?.isEmpty == false, "\(key) in \(language)") }
        }
    }

    @Test func `a text has the same places for values in both languages`() throws {
        for (key, texts) in Texts.all.byKey {
            let places = try Language.allCases.map { language in
                try Set(#require(texts[language]).matches(of: /\{\d\}/).map { String($0.output) })
            }
            #expect(Set(places).count == 1, "\(key)")
        }
    }

    @Test func `every page can be rendered in both languages, even empty`() {
        // A template that names a text which is not there ends the process.
        for language in Language.allCases {
            for name in ["overview", "keys", "usage", "statement", "account", "codes", "system", "doc-start", "doc-errors"] {
                #expect(!Templates.all.render(name, [:], in: language).contains("[["), "\(name)")
            }
        }
    }

    @Test(arguments: ["<script>alert(1)</script>", "\"><img src=x>", "{{csrf}}", "[[copy]]"])
    func `what people typed is text and nothing else`(typed: String) {
        let page = Templates.all.render("keys", ["label": .text(typed), "keys": [["label": .text(typed)]]], in: .english)
        #expect(!page.contains("<script>") && !page.contains("\"><img"))
        if typed.hasPrefix("[[") { #expect(page.contains("[[copy]]")) }
    }
}
