import Inference
import NIOCore
import TestKit
import Testing
import Wire

@testable import Engines

extension `An engine for AUTOMATIC1111's kind` {
    @Suite struct `Believing a server` {
        @Test(
            arguments: [
                ("sd_model_hash", "1234567890"), ("steps", 3), ("width", 512), ("height", 1016), ("steps", .null),
                ("sampler_name", "DPM++ 2M"), ("sampler_name", .null), ("extra_generation_params", ["Schedule type": "Karras"]),
            ] as [(String, JSONValue)])
        func `takes no picture that was made otherwise`(member: String, value: JSONValue) async throws {
            let server = try await GivenWebUI.start(echo: { $0.members[member] = value })
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure?.kind == .wrongResult, "\(String(describing: failure))")
            await server.upstream.stop()
        }

        @Test func `takes no picture of another model that has no hash`() async throws {
            let server = try await GivenWebUI.start(echo: {
                $0.members["sd_model_hash"] = .null
                $0.members["sd_model_name"] = "juggernaut"
            })
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure == ImageFailure(.wrongResult, detail: "another checkpoint than '\(GivenWebUI.title)' has painted"))
            await server.upstream.stop()
        }

        @Test func `goes by the name while nobody knows a hash`() async throws {
            let server = try await GivenWebUI.start(echo: {
                $0.members["sd_model_hash"] = "abcdefabcd"
                $0.members["sd_model_name"] = "new"
            })
            let painted = try await GivenWebUI.engine(server).paint(GivenImages.order(model: "sub/new.safetensors")) { _ in }
            #expect(painted.file == GivenImages.png)
            await server.upstream.stop()
        }

        @Test(arguments: [
            (
                "Steps: 4, Sampler: Euler a, Model hash: 0aec8a1f5b, Model: RealVisXL_V4.0_Lightning, Version: 1",
                nil as ImageFailure.Kind?
            ),
            ("Steps: 4, Sampler: Euler a, Model: RealVisXL_V4.0_Lightning", nil),
            ("Steps: 4, Sampler: Euler a, Model: juggernaut", .wrongResult), ("Steps: 4, Sampler: Euler a", .wrongResult),
        ])
        func `reads SD-Next's name of the model from the last line of the infotext`(line: String, kind: ImageFailure.Kind?)
            async throws
        {
            let server = try await GivenWebUI.start(
                .sdNext,
                echo: {
                    $0.members["sd_model_name"] = nil
                    $0.members["sd_model_hash"] = ""
                    $0.members["infotexts"] = [.string("a fox, Model: RealVisXL_V4.0_Lightning\nNegative prompt: x\n\(line)")]
                })
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure?.kind == kind)
            await server.upstream.stop()
        }

        @Test func `takes another sampler where that is allowed, and says so`() async throws {
            let server = try await GivenWebUI.start(echo: {
                $0.members["sampler_name"] = "DPM++ 2M"
                $0.members["extra_generation_params"] = ["Schedule type": "Karras"]
            })
            let engine = try GivenWebUI.engine(server) { $0.strictScheduler = false }
            let painted = try await engine.paint(GivenWebUI.order()) { _ in }
            #expect(painted.substitute == "DPM++ 2M, Karras")
            await server.upstream.stop()
        }

        @Test(
            arguments: [
                nil, JSONValue.null, "", "no document", "[]", #"{"steps":4"#,
            ] as [JSONValue?])
        func `takes no picture of which nothing is said`(info: JSONValue?) async throws {
            let server = try await GivenWebUI.start(echo: { $0.info = info ?? [:] })
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure?.kind == .wrongResult)
            await server.upstream.stop()
        }

        @Test(arguments: [[], ["not base64!"], [""], [Base64.encode(Array("<html>".utf8))]] as [[String]])
        func `takes nothing that is no picture`(images: [String]) async throws {
            let server = try await GivenWebUI.start(echo: { $0.images = images })
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure?.kind == .wrongResult)
            await server.upstream.stop()
        }

        @Test func `takes a data URL, and the seed the server says`() async throws {
            let server = try await GivenWebUI.start(echo: {
                $0.images = ["data:image/png;base64,\(GivenImages.pngText)", "second"]
                $0.members["seed"] = 77
            })
            let painted = try await GivenWebUI.engine(server).paint(GivenWebUI.order()) { _ in }
            #expect(painted.file == GivenImages.png)
            #expect(painted.seed == 77)
            await server.upstream.stop()
        }

        @Test func `takes no half picture that somebody else interrupted`() async throws {
            let server = try await GivenWebUI.start {
                $0["GET /sdapi/v1/progress"] = { _ in GivenWebUI.state(interrupted: true) }
            }
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenWebUI.order())
            #expect(failure == ImageFailure(.wrongResult, detail: "somebody else interrupted the server: half a picture"))
            await server.upstream.stop()
        }
    }
}
