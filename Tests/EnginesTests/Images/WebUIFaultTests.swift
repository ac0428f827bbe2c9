import Inference
import NIOCore
import NIOPosix
import TestKit
import Testing
import Wire

@testable import Engines

extension `An engine for AUTOMATIC1111's kind` {
    @Suite struct `A server in trouble` {
        @Test(arguments: [
            (
                ScriptedAnswer.json(#"{"detail":[{"loc":["body","steps"],"msg":"secret prompt"}]}"#, status: 422),
                ImageFailure.Kind.refused
            ),
            (.json(#"{"error":"HTTPException","detail":"Sampler not found","body":"","errors":""}"#, status: 404), .refused),
            (.json(#"{"detail":"bad"}"#, status: 400), .refused),
            (
                .json(#"{"error":"OutOfMemoryError","detail":"","errors":"CUDA out of memory. secret prompt"}"#, status: 500),
                .broken
            ),
            (.json(#"{"error":"RuntimeError","errors":"secret prompt"}"#, status: 500), .broken),
            (.json("{}", status: 503), .busy),
            (.json("{}", status: 429), .busy), (.json("{}", status: 401), .refused), (ScriptedAnswer([.reset]), .lost),
            (ScriptedAnswer([.close]), .lost), (.json("<html>"), .broken), (.raw("garbage\r\n\r\n"), .broken),
        ])
        func `is understood, and quoted to nobody`(answer: ScriptedAnswer, kind: ImageFailure.Kind) async throws {
            let server = try await GivenWebUI.start { $0["POST /sdapi/v1/txt2img"] = { _ in answer } }
            let order = GivenWebUI.order(prompt: "secret prompt")
            let failure = try #require(await GivenImages.failure(of: try GivenWebUI.engine(server), at: order))
            #expect(failure.kind == kind, "\(failure)")
            #expect(!failure.detail.contains("secret"))
            await server.upstream.stop()
        }

        @Test func `that says it is out of memory is quoted so`() async throws {
            let server = try await GivenWebUI.start {
                $0["POST /sdapi/v1/txt2img"] = { _ in .json(#"{"error":"OutOfMemoryError"}"#, status: 500) }
            }
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure?.detail == "answered 500 (OutOfMemoryError): out of memory")
            await server.upstream.stop()
        }

        @Test func `that is gone is lost`() async throws {
            let server = try await GivenWebUI.start()
            let engine = try GivenWebUI.engine(server)
            await server.upstream.stop()
            #expect(await GivenImages.failure(of: engine, at: GivenWebUI.order())?.kind == .lost)
        }

        @Test func `that goes in the middle of a picture is lost`() async throws {
            let server = try await GivenWebUI.start {
                $0["POST /sdapi/v1/txt2img"] = { _ in .silence }
                $0["POST /internal/progress"] = { _ in GivenWebUI.task(active: true, progress: "0.5") }
            }
            let engine = try GivenWebUI.engine(server)
            let painting = Task { await GivenImages.failure(of: engine, at: GivenWebUI.order()) }
            #expect(await server.wait(for: "POST /internal/progress"))
            await server.upstream.stop()
            #expect(await painting.value?.kind == .lost)
        }

        @Test func `that never answers is stopped, and the picture is late`() async throws {
            let server = try await GivenWebUI.start {
                $0["POST /sdapi/v1/txt2img"] = { _ in .silence }
                $0["POST /internal/progress"] = { _ in GivenWebUI.task(active: true) }
                $0["POST /sdapi/v1/interrupt"] = { _ in .json("{}") }
            }
            let engine = try GivenWebUI.engine(server) { $0.paintTime = .milliseconds(200) }
            #expect(await GivenImages.failure(of: engine, at: GivenWebUI.order())?.kind == .timedOut)
            #expect(server.requests(to: "POST /sdapi/v1/interrupt").count == 1)
            await server.upstream.stop()
        }

        @Test(arguments: ["GET /sdapi/v1/samplers", "GET /sdapi/v1/sd-models"])
        func `without --api is called so`(missing: String) async throws {
            let server = try await GivenWebUI.start { $0[missing] = nil }
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure?.kind == .broken)
            #expect(failure?.detail.contains("--api") == true)
            await server.upstream.stop()
        }

        @Test(arguments: ["{}", "[[", #"{"detail":"x"}"#])
        func `whose lists are none is broken`(list: String) async throws {
            let server = try await GivenWebUI.start { $0["GET /sdapi/v1/samplers"] = { _ in .json(list) } }
            #expect(await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())?.kind == .broken)
            await server.upstream.stop()
        }
    }

    @Suite struct `Giving a picture up` {
        /// - Parameter looks: what the server answers to looks at our task, the last one for good.
        private func interrupts(
            whenGivenUpDuring looks: [ScriptedAnswer], version: GivenWebUI.Version = .split,
            change: (inout StableDiffusionOptions) -> Void = { _ in }
        ) async throws -> Int {
            let gate = MultiThreadedEventLoopGroup.gate()
            let server = try await GivenWebUI.start(version) {
                // An interrupted server answers 200 with what it has.
                $0["POST /sdapi/v1/txt2img"] = { request in
                    ScriptedAnswer([.wait(gate.futureResult)] + GivenWebUI.answer(to: request, { _ in }).steps)
                }
                $0["POST /sdapi/v1/interrupt"] = { _ in
                    gate.succeed()
                    return .json("{}")
                }
                if !looks.isEmpty {
                    let count = Counter()
                    $0["POST /internal/progress"] = { request in
                        #expect(request.text.contains(#""id_task":"\#(GivenImages.tag)""#))
                        return looks[min(count.next(), looks.count - 1)]
                    }
                }
            }
            let engine = try GivenWebUI.engine(server) {
                // Nobody looks while it is painted: only the goodbye does.
                $0.pollTime = .milliseconds(300)
                change(&$0)
            }
            let painting = Task { await GivenImages.failure(of: engine, at: GivenWebUI.order()) }
            #expect(await server.wait(for: "POST /sdapi/v1/txt2img"))
            painting.cancel()
            #expect(await painting.value?.kind == .cancelled)
            let count = server.requests(to: "POST /sdapi/v1/interrupt").count
            gate.succeed()
            await server.upstream.stop()
            return count
        }

        @Test func `interrupts the server while it works on it`() async throws {
            #expect(try await interrupts(whenGivenUpDuring: [GivenWebUI.task(active: true, progress: "0.5")]) == 1)
        }

        @Test func `leaves the server alone while it works for somebody else`() async throws {
            #expect(try await interrupts(whenGivenUpDuring: [GivenWebUI.task()]) == 0)
            #expect(try await interrupts(whenGivenUpDuring: [GivenWebUI.task(completed: true)]) == 0)
        }

        @Test func `waits a while for its turn to come, and ends it then`() async throws {
            let looks = [GivenWebUI.task(queued: true), GivenWebUI.task(queued: true), GivenWebUI.task(active: true)]
            #expect(try await interrupts(whenGivenUpDuring: looks) == 1)
        }

        @Test func `leaves a server alone that cannot tell its tasks apart, unless nobody else uses it`() async throws {
            for version in [GivenWebUI.Version.split, .sdNext] {
                #expect(try await interrupts(whenGivenUpDuring: [], version: version) == 0)
                #expect(try await interrupts(whenGivenUpDuring: [], version: version) { $0.isExclusive = true } == 1)
            }
        }
    }
}
