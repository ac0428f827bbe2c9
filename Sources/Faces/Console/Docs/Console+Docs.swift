import Commerce
import Gateway
import Inference
import NIOCore
import Units
import Wire

/// The documentation: prose from here, facts from the catalogue.
extension Console {
    var docsPages: [Page] {
        [
            Page(.get, "/docs") { docs($0, "start") },
            Page(.get, "/docs/:page") { request in
                let name = request.parameters["page"] ?? ""
                guard Console.docNames.contains(name) else { return Frame.redirect(to: "/docs") }
                return docs(request, name)
            },
            Page(.get, "/openapi.json") { request in
                PageAnswer(
                    status: 200,
                    fields: [
                        ("content-type", "application/json"), ("access-control-allow-origin", "*"),
                        ("x-content-type-options", "nosniff"),
                    ], body: ByteBuffer(string: Templates.all.render("openapi", openAPIFacts(request), in: .english)))
            },
        ]
    }

    /// In the order in which they are read.
    static let docNames = [
        "start", "authorization", "chat", "vision", "images", "speech", "errors", "limits", "billing", "sandbox",
    ]

    private func docs(_ request: PageRequest, _ name: String) -> PageAnswer {
        let language = Language(request)
        let title = Texts.all.text("doc.\(name)", in: language)
        let visitor = request.cookie(Visit.cookie).flatMap(signIn.visitor)
        var inner = Templates.all.render("doc-\(name)", facts(request, language), in: language)
        if let visitor {
            // Keys are kept nowhere, so one is made for whoever wants to paste and run.
            let label = Texts.all.text("doc.key", in: language)
            inner =
                "<p><button type=\"button\" class=\"plain tight\" data-fill-key=\"\(visitor.formToken)\">\(label.escapedForHTML)</button></p>"
                + inner
        }
        let view: View = [
            "icon": .text(Assets.all.path("icon.svg")), "path": .text(request.path), "title": .text(title), "inner": .text(inner),
            "otherLanguage": .text(language.other.rawValue), "otherTag": .text(language.other.tag),
            "otherName": .text(language.other.own),
            "pages": .list(
                Console.docNames.map {
                    [
                        "href": .text($0 == "start" ? "/docs" : "/docs/\($0)"),
                        "name": .text(Texts.all.text("doc.\($0)", in: language)),
                        "isHere": .flag($0 == name),
                    ]
                }),
        ]
        var fields: [(name: String, value: String)] = []
        if request.query["lang"].flatMap(Language.init(rawValue:)) != nil {
            fields = [("set-cookie", "\(Language.cookie)=\(language.rawValue); Path=/; Max-Age=31536000; SameSite=Lax")]
        }
        return Frame.page("docs", view, title: title, in: language, fields: fields)
    }

    // MARK: Facts

    private func facts(_ request: PageRequest, _ language: Language) -> View {
        let base = site(request)
        func samples(_ call: String) -> View {
            [
                "samples": .list(
                    Samples.all(of: call, at: base).enumerated().map { index, sample in
                        ["name": .text(sample.language), "code": .text(sample.code), "isOpen": .flag(index == 0)]
                    })
            ]
        }
        let prices = PriceList(administration.prices)
        func lines(_ kind: Backstage.ModelKind?) -> View {
            .list(
                backstage.models.filter { kind == nil || $0.kind == kind }.map { model in
                    [
                        "id": .text(model.id),
                        "price": .text(prices.version(for: model.id, in: .live).map { priceText($0.price, language) } ?? "–"),
                        "context": .text(model.contextTokens.map(String.init) ?? ""),
                        "output": .text(model.outputTokensMax.map(String.init) ?? ""), "sees": .flag(model.seesPictures),
                    ]
                })
        }
        func range(_ range: ClosedRange<Int>, hundredths: Bool = false) -> View {
            func text(_ value: Int) -> String {
                hundredths ? Money(nanodollars: Int64(value) * 10_000_000).shortest : String(value)
            }
            return .text("\(text(range.lowerBound)) – \(text(range.upperBound))")
        }
        return [
            "en": .flag(language == .english), "zh": .flag(language == .chinese), "base": .text(base),
            "sampleChat": samples("chat"),
            "sampleVision": samples("vision"), "sampleImage": samples("image"), "sampleSpeech": samples("speech"),
            "sampleBalance": samples("balance"), "sampleRedeem": samples("redeem"), "chatModels": lines(.chat),
            "imageModels": lines(.image), "speechModels": lines(.speech), "allModels": lines(nil),
            "seeing": .list(backstage.models.filter(\.seesPictures).map { .text($0.id) }), "sides": range(ImagePrompt.sideRange),
            "steps": range(ImagePrompt.stepsRange), "cfg": range(ImagePrompt.cfgHundredthsRange, hundredths: true),
            "seeds": .text("\(ImagePrompt.seedRange.lowerBound) – \(ImagePrompt.seedRange.upperBound)"),
            "schedulers": .list(Scheduler.allCases.map { .text($0.rawValue) }),
            "voices": .list(SpeechVoice.openAINames.map(View.text)),
            "formats": .list(SpeechFormat.allCases.map { .text($0.rawValue) }),
            "speeds": range(SpeechPrompt.speedHundredthsRange, hundredths: true),
            "inputMax": .text(String(SpeechPrompt.inputScalarsMax)),
            "errors": .list(
                backstage.errors.map { error in
                    [
                        "status": .text(String(error.status)), "code": .text(error.code), "type": .text(error.type),
                        "message": .text(error.message),
                    ]
                }),
            "limits": .list(
                backstage.limits.map { ["name": .text(Texts.all.text($0.name, in: language)), "value": .text($0.value)] }),
        ]
    }

    private func openAPIFacts(_ request: PageRequest) -> View {
        /// `"a", "b"`: every name here is plain.
        func names(_ list: [String]) -> View { .text(list.map { "\"\($0)\"" }.joined(separator: ", ")) }
        return [
            "base": .text(site(request)), "version": .text(backstage.version), "chatModels": names(backstage.models(.chat)),
            "imageModels": names(backstage.models(.image)), "speechModels": names(backstage.models(.speech)),
            "schedulers": names(Scheduler.allCases.map(\.rawValue)), "formats": names(SpeechFormat.allCases.map(\.rawValue)),
            "sideMin": .text(String(ImagePrompt.sideRange.lowerBound)),
            "sideMax": .text(String(ImagePrompt.sideRange.upperBound)),
            "stepsMin": .text(String(ImagePrompt.stepsRange.lowerBound)),
            "stepsMax": .text(String(ImagePrompt.stepsRange.upperBound)),
            "seedMax": .text(String(ImagePrompt.seedRange.upperBound)),
            "inputMax": .text(String(SpeechPrompt.inputScalarsMax)),
        ]
    }
}

extension Money {
    /// Without zeros at its end: `0.25`, `4`.
    fileprivate var shortest: String {
        var text = description
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }
}
