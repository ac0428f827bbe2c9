import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Wire

@testable import Engines

extension `An engine for AUTOMATIC1111's kind` {
    @Suite struct `Telling how far it is` {
        /// - Parameter route: what is asked for it; its answers come one after the other, and the picture after the last.
        private func progress(
            at version: GivenWebUI.Version, asking route: String, _ answers: [ScriptedAnswer]
        ) async throws -> [Double] {
            let gate = MultiThreadedEventLoopGroup.gate()
            let count = Counter()
            let server = try await GivenWebUI.start(version) {
                $0["POST /sdapi/v1/txt2img"] = { request in
                    ScriptedAnswer([.wait(gate.futureResult)] + GivenWebUI.answer(to: request, { _ in }).steps)
                }
                $0[route] = { _ in
                    let look = count.next()
                    if look >= answers.count { gate.succeed() }
                    return look < answers.count ? answers[look] : GivenWebUI.state()
                }
            }
            let heard = HeardProgress()
            let painted = try await GivenWebUI.engine(server).paint(GivenWebUI.order()) { heard.hear($0) }
            #expect(painted.file == GivenImages.png)
            await server.upstream.stop()
            return heard.values
        }

        @Test func `asks for its own task, and never goes back`() async throws {
            let heard = try await progress(
                at: .split, asking: "POST /internal/progress",
                [
                    GivenWebUI.task(queued: true), GivenWebUI.task(active: true, progress: "0"),
                    GivenWebUI.task(active: true, progress: "0.25"), GivenWebUI.task(active: false, progress: "0.9"),
                    GivenWebUI.task(active: true, progress: "0.2"), .json("{}", status: 500).cut(after: 20, by: .close),
                    GivenWebUI.task(active: true, progress: "1.5"),
                ])
            #expect(heard == [0.25, 1])
        }

        @Test(arguments: [GivenWebUI.Version.split, .joined, .sdNext])
        func `asks for the server's where it cannot ask for its own`(version: GivenWebUI.Version) async throws {
            let heard = try await progress(
                at: version, asking: "GET /sdapi/v1/progress",
                [
                    GivenWebUI.state(progress: 0.25), GivenWebUI.state(progress: 0.5), .json("[]"),
                    GivenWebUI.state(progress: 0.75),
                ])
            #expect(heard == [0.25, 0.5, 0.75])
        }
    }

    @Suite struct `Checking a server` {
        private func report(
            _ version: GivenWebUI.Version = .split, strict: Bool = true,
            change: (inout [String: ScriptedEngineServer.Route]) -> Void = { _ in }
        ) async throws -> EngineReport {
            let server = try await GivenWebUI.start(version, change: change)
            let report = await (try GivenWebUI.engine(server) { $0.strictScheduler = strict }).check()
            await server.upstream.stop()
            return report
        }

        @Test(arguments: [
            (GivenWebUI.Version.joined, "AUTOMATIC1111 up to 1.8, 3 checkpoints"),
            (.split, "AUTOMATIC1111 1.9 or later, or Forge, 3 checkpoints"),
            (.splitUnlisted, "AUTOMATIC1111 1.9 or later, or Forge, 3 checkpoints"),
            (.sdNext, "SD.Next, 3 checkpoints, lacks DPM++ 2S a, DPM fast, DPM++ 2S a Karras"),
        ])
        func `says what it is and what it lacks`(version: GivenWebUI.Version, words: String) async throws {
            let report = try await report(version)
            #expect(report.usable)
            #expect(report.summary.hasSuffix("/sdapi/v1/sd-models: \(words)"), "\(report.summary)")
            #expect(report.latencyMilliseconds != nil)
        }

        @Test(arguments: [
            (ScriptedAnswer.json("{}", status: 404), "--api"), (.json("{}", status: 401), "credentials"),
            (.json("<html>"), "not with JSON"), (.json("{}", status: 302), "redirects"), (.json("[]"), "no checkpoint"),
            (ScriptedAnswer([.close]), "closed"),
        ])
        func `says what is wrong`(answer: ScriptedAnswer, words: String) async throws {
            let report = try await report { $0["GET /sdapi/v1/sd-models"] = { _ in answer } }
            #expect(!report.usable)
            #expect(report.summary.contains(words), "\(report.summary)")
        }
    }
}
