import Commerce
import Inference
import SQLiteStores
import TestKit
import Testing
import Units

@testable import Gateway

struct ImageJobsTests {
    private func expectOK(_ house: PictureHouse, _ source: SourceLocation = #_sourceLocation) throws {
        guard case .ok = try house.store.verify() else {
            Issue.record("\(try house.store.verify())", sourceLocation: source)
            return
        }
    }

    @Test func `a picture is held for at submit and paid for when it is there`() async throws {
        let engine = ScriptedImageEngine([.wait])
        let house = try await PictureHouse([engine])
        let ticket = try await house.submit()
        #expect(house.balance == Balance(available: Money(nanodollars: 8_500_000), held: PictureHouse.each))
        engine.proceed()
        let view = try #require(try await house.end(of: ticket))
        guard case .finished(let result) = view.state else {
            Issue.record("\(view.state)")
            return
        }
        #expect(house.balance == Balance(available: Money(nanodollars: 8_500_000), held: .zero))
        #expect(house.blobs.names.map(\.description) == [result.blob])
        #expect(engine.orders.map(\.model) == ["RealVis.safetensors"])
        #expect(engine.orders.map(\.tag) == ["mt-\(ticket.id)-1"])
        await house.stop()
        try expectOK(house)
        let lines = try house.store.statement(of: house.caller.purse, from: nil, to: nil)
        #expect(lines.last?.note == "realvision: 1 image × $0.0015 = $0.0015 (measured, price_1); job \(ticket.id)")
    }

    @Test(arguments: [ImageFailure.Kind.refused, .broken, .wrongResult, .lost, .timedOut, .busy, .cancelled])
    func `a job no engine can do is paid back whole`(kind: ImageFailure.Kind) async throws {
        let engine = ScriptedImageEngine([.fail(kind)])
        let house = try await PictureHouse([engine])
        let view = try #require(try await house.end(of: try await house.submit()))
        guard case .failed(let message) = view.state else {
            Issue.record("\(view.state)")
            return
        }
        #expect(message == ImageFailure(kind, detail: "").publicMessage)
        #expect(engine.orders.count == (kind == .refused ? 1 : 3))
        #expect(house.balance == Balance(available: Money(nanodollars: 10_000_000), held: .zero))
        #expect(house.blobs.names.isEmpty)
        await house.stop()
        try expectOK(house)
    }

    @Test func `another engine paints what the first one failed at, and the picture is paid for once`() async throws {
        let house = try await PictureHouse([
            ScriptedImageEngine([.fail(.broken)], name: "first"), ScriptedImageEngine([.paint], name: "second"),
        ])
        for _ in 0..<3 {
            let view = try #require(try await house.end(of: try await house.submit()))
            guard case .finished(let result) = view.state else {
                Issue.record("\(view.state)")
                return
            }
            #expect(result.engine == "second")
        }
        #expect(house.balance == Balance(available: Money(nanodollars: 5_500_000), held: .zero))
        await house.stop()
        try expectOK(house)
        let usage = try house.store.usage(of: house.caller.purse, from: nil, to: nil, model: nil)
        #expect(usage.map(\.images) == [3] && usage.map(\.completionTokens) == [0])
    }

    @Test func `the sandbox fails on request and keeps nobody waiting for it`() async throws {
        let sandbox = ScriptedImageEngine([.fail(.busy), .fail(.busy), .fail(.busy), .paint], name: "sandbox")
        let house = try await PictureHouse([sandbox], sandbox: sandbox, restMilliseconds: 3_600_000)
        let failed = try #require(try await house.end(of: try await house.submit()))
        if case .failed = failed.state {} else { Issue.record("\(failed.state)") }
        let next = try #require(try await house.end(of: try await house.submit()))
        if case .finished = next.state {} else { Issue.record("\(next.state)") }
        await house.stop()
    }

    @Test func `a picture that cannot be kept is not charged`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine()])
        house.blobs.fill()
        let view = try #require(try await house.end(of: try await house.submit()))
        if case .failed = view.state {} else { Issue.record("\(view.state)") }
        #expect(house.balance == Balance(available: Money(nanodollars: 10_000_000), held: .zero))
        await house.stop()
    }

    @Test(arguments: [true, false])
    func `a job that is cancelled is paid back, waiting or running`(isRunning: Bool) async throws {
        let engine = ScriptedImageEngine([.wait])
        let house = try await PictureHouse([engine])
        let first = try await house.submit()
        let second = try await house.submit()
        await engine.wait(forOrders: 1)
        let ticket = isRunning ? first : second
        let view = try #require(try await house.jobs.cancel(ticket.id, signature: ticket.signature))
        if case .cancelled = view.state {} else { Issue.record("\(view.state)") }
        #expect(house.balance == Balance(available: Money(nanodollars: 8_500_000), held: PictureHouse.each))
        let again = try #require(try await house.jobs.cancel(ticket.id, signature: ticket.signature))
        if case .cancelled = again.state {} else { Issue.record("\(again.state)") }
        engine.proceed()
        engine.proceed()
        let other = try #require(try await house.end(of: isRunning ? second : first))
        if case .finished = other.state {} else { Issue.record("\(other.state)") }
        #expect(house.balance == Balance(available: Money(nanodollars: 8_500_000), held: .zero))
        await house.stop()
        try expectOK(house)
    }

    @Test func `a balance pays for so many pictures and no more, whoever races`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine()], balance: "0.0100")
        let granted = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    do {
                        _ = try await house.submit()
                        return true
                    } catch {
                        if case Refusal.insufficientBalance = error { return false }
                        Issue.record("\(error)")
                        return false
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(granted == 6)
        await house.stop()
        try expectOK(house)
    }

    @Test func `a job goes on after a life that ended in the middle of it, and is paid for once`() async throws {
        let engine = ScriptedImageEngine([.wait])
        let first = try await PictureHouse([engine])
        let running = try await first.submit()
        let waiting = try await first.submit()
        await engine.wait(forOrders: 1)
        await first.stop()
        #expect(first.balance.held == Money(nanodollars: 3_000_000))

        let second = try await PictureHouse([ScriptedImageEngine()], after: first)
        #expect(second.report == Recovery.Report(adopted: 2))
        for ticket in [running, waiting] {
            let view = try #require(try await second.end(of: ticket))
            guard case .finished = view.state else {
                Issue.record("\(view.state)")
                continue
            }
            #expect(view.attempts == 1, "what was put down does not count")
        }
        #expect(second.balance == Balance(available: Money(nanodollars: 7_000_000), held: .zero))
        #expect(second.blobs.names.count == 2)
        await second.stop()
        try expectOK(second)
    }

    @Test func `a job that somebody waited for on the line is paid back when the line is gone with its process`() async throws {
        let first = try await PictureHouse([ScriptedImageEngine()], isWorking: false)
        let ticket = try await first.jobs.submit(
            PictureHouse.prompt(), for: first.caller, request: RequestID("req_1"), isAwaited: true)
        await first.stop()
        #expect(first.balance.held == PictureHouse.each)

        let second = try await PictureHouse([ScriptedImageEngine()], after: first)
        let view = try #require(try await second.end(of: ticket))
        if case .cancelled = view.state {} else { Issue.record("\(view.state)") }
        #expect(second.balance == Balance(available: Money(nanodollars: 10_000_000), held: .zero))
        await second.stop()
        try expectOK(second)
    }

    @Test func `a job that nobody can read is paid back at the next start, and those beside it go on`() async throws {
        let first = try await PictureHouse([ScriptedImageEngine()], isWorking: false)
        let (spoilt, sound) = (try await first.submit(), try await first.submit())
        let stored = try #require(try first.store.job(spoilt.id.value))
        let job = SealedJob(
            id: stored.job.id, purse: stored.job.purse, submitted: stored.job.submitted, isOver: false, contents: [0x21])
        _ = await first.ledger.perform(.noteJob(stored.hold, job))
        await first.stop()

        let second = try await PictureHouse([ScriptedImageEngine()], after: first)
        let view = try #require(try await second.end(of: sound))
        if case .finished = view.state {} else { Issue.record("\(view.state)") }
        #expect(second.balance == Balance(available: Money(nanodollars: 8_500_000), held: .zero))
        await second.stop()
        try expectOK(second)
    }

    @Test func `a wrong signature and an unknown job are the same`() async throws {
        let house = try await PictureHouse([ScriptedImageEngine()])
        let ticket = try await house.submit()
        _ = try await house.end(of: ticket)
        #expect(ticket.signature.utf8.count == 43)
        #expect(try await house.jobs.job(ticket.id, signature: ticket.signature) != nil)
        #expect(try await house.jobs.job(ticket.id, signature: String(ticket.signature.reversed())) == nil)
        #expect(try await house.jobs.job(ticket.id, signature: "") == nil)
        #expect(try await house.jobs.job(JobID(ticket.id.value ^ 1), signature: ticket.signature) == nil)
        await house.stop()
    }

    @Test func `models that are unknown, unrouted or unpriced are refused before anything is held`() async throws {
        let house = try await PictureHouse([])
        await #expect(throws: Refusal.modelUnknown(model: "dall-e-9")) {
            try await house.submit(PictureHouse.prompt(model: "dall-e-9"))
        }
        await #expect(throws: Refusal.engineUnavailable(model: "realvision")) { try await house.submit() }
        await #expect(throws: Refusal.modelNotPriced(model: "amigo")) {
            try await house.submit(PictureHouse.prompt(model: "amigo"))
        }
        #expect(house.balance.held == .zero)
        await house.stop()
    }
}
