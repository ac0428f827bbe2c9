import Wire

/// The languages that pages are written in.
enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case chinese = "zh"

    /// As `lang` attributes have it.
    var tag: String { self == .english ? "en" : "zh-Hans" }
    var own: String { self == .english ? "English" : "中文" }
    var other: Language { self == .english ? .chinese : .english }

    /// What the address says, then the cookie, then the browser.
    init(_ request: PageRequest) {
        let chosen = request.query["lang"] ?? request.cookie(Language.cookie)
        if let chosen, let language = Language(rawValue: chosen) {
            self = language
        } else {
            let first = request.field("accept-language")?.split(separator: ",").first?.lowercased() ?? ""
            self = first.hasPrefix("zh") ? .chinese : .english
        }
    }

    static let cookie = "language"
}
