import CLI
import Commerce
import Foundation
import Gateway
import NIOCore
import Units
import Wire

/// What a server says when it accepts connections, and to whoever starts one for the first time.
struct Welcome: Sendable {
    /// `http://127.0.0.1:8080`: the configured host, the port that was given out.
    let url: String
    /// As a program on this machine reaches it.
    let callURL: String
    private let site: String
    private let routed: Int
    private let models: Int

    init(_ configuration: Configuration, _ address: SocketAddress) {
        let host = configuration.server.host
        let port = address.port ?? configuration.server.port
        url = "http://\(Welcome.bracketed(host)):\(port)"
        let here = ["0.0.0.0": "127.0.0.1", "::": "::1"][host] ?? host
        callURL = "http://\(Welcome.bracketed(here)):\(port)"
        site = configuration.server.publicURL ?? callURL
        routed = configuration.models.filter { !$0.routes.isEmpty }.count
        models = configuration.models.count
    }

    /// Ends with the line that says the server is ready.
    func say(to terminal: Terminal, books: Books, signIn: SignIn, isConfigured: Bool, json: Bool) async throws {
        let key = isConfigured ? nil : try await firstKey(books)
        let link = signIn.firstSecret().map { "\(site)/console/first?token=\($0)" }
        if json {
            struct Ready: Encodable { let ready: String, testKey: String?, consoleLink: String? }
            return terminal.print(try ControlLine.json(Ready(ready: url, testKey: key, consoleLink: link)))
        }
        if let key {
            terminal.print(first(key, link))
        } else {
            terminal.note(hint)
            if let link {
                terminal.note("nobody can sign in to the console yet; within 15 minutes this link makes an operator: \(link)")
            }
        }
        terminal.print("ready \(url)")
    }

    /// On the very first start: an account, test money and a key to try things with.
    private func firstKey(_ books: Books) async throws -> String? {
        guard books.administration.accounts().isEmpty else { return nil }
        let account = try await books.administration.openAccount(named: "default").record.id.description
        let amount = Money(nanodollars: 5 * Money.nanodollarsPerDollar)
        _ = try await books.administration.grant(amount, to: account, book: .test, reference: "first start")
        let wish = KeyWish(account: account, book: .test, label: "first start")
        return try await books.administration.createKey(wish).secret
    }

    private func first(_ key: String, _ link: String?) -> String {
        let console = link.map { "\nThe console, for whoever opens this link within 15 minutes:\n\n    \($0)\n" } ?? ""
        return """
            This is the first start. Here is a test key with $5.00 of test money, shown this once; the sandbox answers it:

                \(key)

            Try it:

                curl -sN \(callURL)/v1/chat/completions -H "Authorization: Bearer \(key)" -H "Content-Type: application/json" \
            -d '{"model":"gpt-4o-mini","stream":true,"messages":[{"role":"user","content":"What is the largest U.S. state by area?"}]}'
            \(console)
            """
    }

    private var hint: String {
        let engines =
            routed == 0
            ? "no model has a route to an engine yet, so live keys are refused; test keys are answered by the sandbox"
            : "\(routed) of \(models) models have a route to an engine"
        return "\(engines); minitoolai key create makes keys, minitoolai config shows what is set"
    }

    private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }
}
