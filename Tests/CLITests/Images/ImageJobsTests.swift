import Commerce
import Foundation
import Gateway
import Inference
import TestKit
import Testing
import Units

@testable import CLI

/// Operators' commands about pictures, over a real control socket.
@Suite struct `Image jobs as operators see them` {
    private func caller(_ desk: Desk, _ account: String = "acme") async throws -> Caller {
        _ = try await desk.administration.openAccount(named: account)
        let amount = try #require(Money(decimal: "0.01"))
        _ = try await desk.administration.grant(amount, to: account, book: .live, reference: account)
        return Caller(key: try await desk.administration.createKey(KeyWish(account: account, book: .live)).record)
    }

    private func submit(_ desk: Desk, for caller: Caller) async throws -> ImageJobs.Ticket {
        try await desk.jobs.submit(
            ImagePrompt(model: "realvision", prompt: "a secret\nlighthouse", width: 256, height: 256), for: caller,
            request: RequestID("req_1"))
    }

    private func jobs(_ desk: Desk, _ flags: String...) async throws -> [[String: Any]] {
        let spoken = await Spoken.run(["image", "jobs", "list", "--json"] + flags, in: desk.house)
        #expect(spoken.status == 0, "\(spoken.notes)")
        #expect(!spoken.printed.contains("lighthouse"), "a list tells nobody's prompts")
        let document = try JSONSerialization.jsonObject(with: Data(spoken.printed.utf8)) as? [String: Any]
        #expect(document?["unlisted"] as? Int == 0)
        return try #require(document?["jobs"] as? [[String: Any]])
    }

    private func ids(_ jobs: [[String: Any]]) -> [Int64] { jobs.compactMap { ($0["id"] as? NSNumber)?.int64Value } }

    /// One job that is painted, and one that waits.
    private func begin(_ desk: Desk, for caller: Caller) async throws -> (running: Int64, waiting: Int64) {
        let running = try await submit(desk, for: caller)
        let waiting = try await submit(desk, for: caller)
        await desk.painter.wait(forOrders: 1)
        return (running.id.value, waiting.id.value)
    }

    @Test func `what is not over is listed with its engine and its place`() async throws {
        let desk = try Desk()
        try await desk.open {
            let caller = try await caller(desk)
            _ = try await self.caller(desk, "other")
            let (running, waiting) = try await begin(desk, for: caller)
            let found = try await jobs(desk)
            #expect(ids(found) == [running, waiting])
            #expect(
                Set(found.first?.keys.map { $0 } ?? []) == [
                    "id", "account", "account_id", "mode", "model", "state", "engine", "since", "progress", "position",
                    "attempts",
                    "submitted", "ended", "cost", "message",
                ])
            #expect(found.map { $0["state"] as? String } == ["running", "queued"])
            #expect(found.map { $0["engine"] as? String } == ["painter", nil])
            #expect(found.first?["since"] is String && found.last?["since"] is NSNull)
            #expect(found.map { $0["position"] as? Int } == [nil, 1])
            #expect(found.map { $0["account"] as? String } == ["acme", "acme"])
            #expect(found.map { $0["cost"] as? String } == ["0.001500", "0.001500"])
            #expect(ids(try await jobs(desk, "--state", "queued")) == [waiting])
            #expect(ids(try await jobs(desk, "--state", "running", "--account", "acme")) == [running])
            #expect(try await jobs(desk, "--account", "other").isEmpty)
            #expect(try await jobs(desk, "--state", "finished").isEmpty)
            let table = await desk.run("image", "jobs", "list").lines
            #expect(table.count == 3)
            #expect(table.last?.contains("queued, number 1") == true)
            #expect(table.dropFirst().first?.contains("% on painter since ") == true)
        }
    }

    @Test func `show tells the prompt, on one line`() async throws {
        let desk = try Desk()
        try await desk.open {
            let (running, _) = try await begin(desk, for: try await caller(desk))
            let document = try await desk.json("image", "jobs", "show", "\(running)")
            #expect(
                Set(document.keys) == [
                    "job", "key", "prompt", "negative_prompt", "scheduler", "steps", "cfg_scale", "width", "height", "seed",
                    "format",
                    "deadline",
                ])
            #expect(document["prompt"] as? String == "a secret\nlighthouse")
            #expect((document["job"] as? [String: Any])?["state"] as? String == "running")
            let lines = await desk.run("image", "jobs", "show", "\(running)").lines
            #expect(lines.contains("prompt     a secret lighthouse"))
            #expect(lines.contains("account    acme (acc_1, live)"))
        }
    }

    @Test func `a cancelled job is paid back, and cannot be cancelled again`() async throws {
        let desk = try Desk()
        try await desk.open {
            let (running, waiting) = try await begin(desk, for: try await caller(desk))
            for id in [waiting, running] {
                let document = try await desk.json("image", "jobs", "cancel", "\(id)")
                #expect(document["state"] as? String == "cancelled")
                #expect(document["cost"] as? String == "0.000000")
                #expect(document["ended"] is String)
            }
            let account = try await desk.json("account", "show", "acme")
            #expect(account["balance"] as? String == "0.010000")
            #expect(account["held"] as? String == "0.000000")
            let again = await desk.run("image", "jobs", "cancel", "\(running)", "--json")
            #expect(again.status == 1 && again.printed == "")
            #expect(again.notes == "error: job \(running) is over already: it is cancelled\n")
            #expect(try await jobs(desk).isEmpty)
            #expect(Set(ids(try await jobs(desk, "--all"))) == [running, waiting])
        }
    }

    @Test func `a finished job is listed with --all and cannot be cancelled`() async throws {
        let desk = try Desk()
        try await desk.open {
            let caller = try await caller(desk)
            let ticket = try await submit(desk, for: caller)
            desk.painter.proceed()
            let views = try #require(try await desk.jobs.watch(ticket.id, signature: ticket.signature))
            for await _ in views {}
            let found = try #require(try await jobs(desk, "--all").first)
            #expect(found["state"] as? String == "finished")
            #expect(found["engine"] as? String == "painter")
            #expect(found["attempts"] as? Int == 1)
            #expect(ids(try await jobs(desk, "--state", "finished")) == [ticket.id.value])
            #expect(try await jobs(desk, "--state", "failed").isEmpty)
            let spoken = await desk.run("image", "jobs", "cancel", "\(ticket.id)")
            #expect(spoken.notes == "error: job \(ticket.id) is over already: it is finished\n")
            #expect(try await desk.json("account", "show", "acme")["balance"] as? String == "0.008500")
        }
    }

    @Test(arguments: ["show", "cancel"], ["7", "0", "-7", "seven", "99999999999999999999", "9007199254740992"])
    func `a job that is not there is said not to be`(command: String, id: String) async throws {
        let desk = try Desk()
        try await desk.open {
            let spoken = await Spoken.run(["image", "jobs", command, "--json", "--", id], in: desk.house)
            #expect(spoken.status == 1)
            #expect(spoken.notes == "error: there is no image job \(id); minitoolai image jobs list --all shows them\n")
        }
    }

    @Test func `an account that is not there is said not to be`() async throws {
        let desk = try Desk()
        try await desk.open {
            let spoken = await desk.run("image", "jobs", "list", "--account", "nobody")
            #expect(spoken.notes == "error: there is no account nobody; minitoolai account list shows them\n")
        }
    }

    @Test func `a key may be for image models`() async throws {
        let desk = try Desk()
        try await desk.open {
            _ = await desk.run("account", "create", "acme")
            let made = await desk.run("key", "create", "--account", "acme", "--models", "realvision,gpt-4o")
            #expect(made.status == 0)
            let keys = try await desk.json("key", "list")["keys"] as? [[String: Any]]
            #expect(keys?.first?["models"] as? [String] == ["realvision", "gpt-4o"])
        }
    }
}
