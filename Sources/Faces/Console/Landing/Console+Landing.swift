import Wire

/// The first page.
extension Console {
    var landingPages: [Page] {
        [
            Page(.get, "/") { request in
                let language = Language(request)
                func text(_ key: String) -> String { Texts.all.text(key, in: language) }
                func names(_ kind: Backstage.ModelKind) -> View {
                    .text(backstage.models(kind).joined(separator: ", "))
                }
                let isServing = backstage.isAdmitting()
                let view: View = [
                    "icon": .text(Assets.all.path("icon.svg")), "otherLanguage": .text(language.other.rawValue),
                    "otherTag": .text(language.other.tag), "otherName": .text(language.other.own), "chat": names(.chat),
                    "images": names(.image), "speech": names(.speech), "isServing": .flag(isServing),
                    "status": .text(text(isServing ? "landing.serving" : "landing.not_serving")),
                    "version": .text("MiniToolAI " + backstage.version),
                ]
                return Frame.page("landing", view, title: text("landing.title"), in: language)
            }
        ]
    }
}
