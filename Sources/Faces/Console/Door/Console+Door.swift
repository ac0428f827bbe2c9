import Commerce
import Gateway
import Logging
import Units
import Wire

/// In and out.
extension Console {
    var doorPages: [Page] {
        [
            Page(.get, "/console/sign-in") { request in signInPage(request) },
            Page(.post, "/console/sign-in") { request in await signIn(request) },
            Page(.get, "/console/first") { request in firstPage(request) },
            Page(.post, "/console/first") { request in await claim(request) },
            Page(.get, "/console/invitation") { request in invitationPage(request) },
            Page(.post, "/console/invitation") { request in await accept(request) },
            Page(.post, "/console/language") { request in
                guard isFromHere(request), let language = request.form?["language"].flatMap(Language.init(rawValue:)) else {
                    return Frame.redirect(to: "/")
                }
                let cookie = "\(Language.cookie)=\(language.rawValue); Path=/; Max-Age=31536000; SameSite=Lax"
                return Frame.redirect(to: back(request), fields: [("set-cookie", cookie)])
            },
            page(.post, "/console/book") { visit in
                guard let book = visit.form["book"].flatMap(Book.init(rawValue:)) else { return Frame.redirect(to: "/console") }
                let cookie = "\(Visit.bookCookie)=\(book.rawValue); Path=/console; Max-Age=31536000; SameSite=Lax"
                return Frame.redirect(to: back(visit.request), fields: [("set-cookie", cookie)])
            },
            page(.post, "/console/sign-out") { visit in
                await signIn.signOut(visit.visitor)
                return Frame.redirect(to: "/console/sign-in", fields: [("set-cookie", Console.noCookie)])
            },
            page(.post, "/console/sign-out-everywhere") { visit in
                await signIn.signOutEverywhere(visit.visitor.user.id)
                return Frame.redirect(to: "/console/sign-in", fields: [("set-cookie", Console.noCookie)])
            },
        ]
    }

    /// A path of this server, whatever was asked for.
    private func back(_ request: PageRequest) -> String {
        Console.path(request.form?["back"]) ?? "/console"
    }

    /// nil for what could lead elsewhere.
    private static func path(_ text: String?) -> String? {
        guard let text, text.hasPrefix("/"), !text.hasPrefix("//"), text.utf8.count <= 200,
            text.utf8.allSatisfy({
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || [0x2D, 0x2F, 0x5F, 0x2E].contains($0)
            })
        else { return nil }
        return text
    }

    // MARK: Signing in

    private func signInPage(_ request: PageRequest, login: String = "", problem: Complaint? = nil) -> PageAnswer {
        let language = Language(request)
        if problem == nil, request.cookie(Visit.cookie).flatMap(signIn.visitor) != nil { return Frame.redirect(to: "/console") }
        let next = Console.path(request.query["next"] ?? request.form?["next"]) ?? "/console"
        let view: View = [
            "next": .text(next), "login": .text(login), "problem": .optional(problem?.sentence(language)),
            "otherLanguage": .text(language.other.rawValue), "otherTag": .text(language.other.tag),
            "otherName": .text(language.other.own),
        ]
        return Frame.page(
            "signin", view, title: Texts.all.text("signin.title", in: language), in: language,
            status: problem?.status ?? 200)
    }

    private func signIn(_ request: PageRequest) async -> PageAnswer {
        let login = request.form?["login"] ?? ""
        guard isFromHere(request) else { return signInPage(request, problem: Complaint("stale_form", status: 403)) }
        do throws(SignInFailure) {
            let secret = try await signIn.signIn(
                login, password: request.form?["password"] ?? "", from: request.address, agent: request.field("user-agent") ?? "")
            return enter(secret, to: Console.path(request.form?["next"]) ?? "/console")
        } catch {
            logger.notice("console.sign_in_refused", metadata: ["from": "\(request.address)", "why": "\(error.name)"])
            return signInPage(request, login: String(login.prefix(SignInLimits.loginCharactersMax)), problem: error.complaint)
        }
    }

    private func enter(_ secret: String, to path: String) -> PageAnswer {
        let cookie = "\(Visit.cookie)=\(secret); Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=604800"
        return Frame.redirect(to: path, fields: [("set-cookie", cookie)])
    }

    private static let noCookie = "\(Visit.cookie)=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0"

    // MARK: Links

    private func firstPage(_ request: PageRequest, problem: Complaint? = nil) -> PageAnswer {
        let token = request.query["token"] ?? request.form?["token"] ?? ""
        guard signIn.isFirst(token) else { return gone(request) }
        return passwordPage(
            request, title: "password.first", lead: "password.first_lead", action: "/console/first", token: token,
            login: request.form?["login"] ?? "", isFixed: false, problem)
    }

    private func claim(_ request: PageRequest) async -> PageAnswer {
        guard isFromHere(request), signIn.isFirst(request.form?["token"] ?? "") else { return gone(request) }
        // Whoever configures a server has no account yet.
        var first = administration.accounts().first
        if first == nil { first = try? await administration.openAccount(named: "default") }
        guard let account = first?.record.id else { return gone(request) }
        do throws(SignInFailure) {
            let secret = try await signIn.claim(
                request.form?["token"] ?? "", login: request.form?["login"] ?? "", password: request.form?["password"] ?? "",
                account: account, agent: request.field("user-agent") ?? "")
            return enter(secret, to: "/console")
        } catch { return firstPage(request, problem: error.complaint) }
    }

    private func invitationPage(_ request: PageRequest, problem: Complaint? = nil) -> PageAnswer {
        let token = request.query["token"] ?? request.form?["token"] ?? ""
        guard let user = signIn.invited(token) else { return gone(request) }
        return passwordPage(
            request, title: "password.invited", lead: "password.invited_lead", action: "/console/invitation", token: token,
            login: user.login, isFixed: true, problem)
    }

    private func accept(_ request: PageRequest) async -> PageAnswer {
        guard isFromHere(request) else { return gone(request) }
        do throws(SignInFailure) {
            let secret = try await signIn.accept(
                request.form?["token"] ?? "", password: request.form?["password"] ?? "", agent: request.field("user-agent") ?? "")
            return enter(secret, to: "/console")
        } catch { return invitationPage(request, problem: error.complaint) }
    }

    private func passwordPage(
        _ request: PageRequest, title: String, lead: String, action: String, token: String, login: String, isFixed: Bool,
        _ problem: Complaint?
    ) -> PageAnswer {
        let language = Language(request)
        let view: View = [
            "title": .text(Texts.all.text(title, in: language)), "lead": .text(Texts.all.text(lead, in: language)),
            "action": .text(action), "token": .text(token), "login": .text(login), "isFixed": .flag(isFixed),
            "problem": .optional(problem?.sentence(language)),
        ]
        return Frame.page(
            "password", view, title: Texts.all.text(title, in: language), in: language,
            status: problem?.status ?? 200)
    }

    private func gone(_ request: PageRequest) -> PageAnswer {
        let language = Language(request)
        func text(_ key: String) -> View { .text(Texts.all.text(key, in: language)) }
        let view: View = [
            "title": text("link.gone"), "text": text("link.gone_text"), "href": "/console/sign-in", "link": text("signin.title"),
        ]
        return Frame.page(
            "message", view, title: Texts.all.text("link.gone", in: language), in: language, status: 410)
    }
}

extension SignInFailure {
    /// For the log: never what was typed.
    fileprivate var name: String {
        switch self {
        case .wrong: "wrong"
        case .tooManyTries: "too many tries"
        case .busy: "busy"
        case .weakPassword: "weak password"
        case .badLogin: "bad login"
        case .loginTaken: "login taken"
        case .linkUnknown: "link unknown"
        }
    }
}
