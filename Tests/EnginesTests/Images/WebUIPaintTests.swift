import Inference
import NIOCore
import TestKit
import Testing
import Wire

@testable import Engines

@Suite struct `An engine for AUTOMATIC1111's kind` {
    @Suite struct `Asking for a picture` {
        @Test func `sends exactly what was ordered`() async throws {
            let server = try await GivenWebUI.start()
            let order = GivenImages.order(
                .dpmPPSDEKarras, model: GivenWebUI.model, negative: "blurry", width: 1001, height: 256, steps: 8,
                cfgHundredths: 225,
                seed: 4_294_967_295)
            let painted = try await GivenWebUI.engine(server).paint(order) { _ in }
            #expect(painted.file == GivenImages.png)
            #expect(painted.seed == 4_294_967_295)
            #expect(painted.substitute == nil)
            let body = try JSONValue(parsing: try #require(server.requests(to: "POST /sdapi/v1/txt2img").first).body)
            let expected: JSONValue = [
                "prompt": "a red fox", "negative_prompt": "blurry", "seed": 4_294_967_295, "steps": 8, "width": 1008,
                "height": 256,
                "sampler_name": "DPM++ SDE", "batch_size": 1, "n_iter": 1,
                "override_settings": ["sd_model_checkpoint": .string(GivenWebUI.title)],
                "override_settings_restore_afterwards": false, "send_images": true, "save_images": false,
                "disable_extra_networks": true, "force_task_id": .string(GivenImages.tag), "scheduler": "Karras",
            ]
            let rest = (body.members ?? []).filter { $0.key != "cfg_scale" }
            #expect(JSONValue.object(rest) == expected)
            #expect(body["cfg_scale"]?.double == 2.25)
            await server.upstream.stop()
        }

        @Test func `looks the names up once`() async throws {
            let server = try await GivenWebUI.start()
            let engine = try GivenWebUI.engine(server)
            for _ in 0..<3 { _ = try await engine.paint(GivenWebUI.order()) { _ in } }
            #expect(server.requests(to: "GET /sdapi/v1/samplers").count == 1)
            #expect(server.requests(to: "POST /sdapi/v1/txt2img").count == 3)
            await server.upstream.stop()
        }

        @Test func `looks them up again after a failure`() async throws {
            let server = try await GivenWebUI.start { $0["POST /sdapi/v1/txt2img"] = { _ in .json("{}", status: 500) } }
            let engine = try GivenWebUI.engine(server)
            for _ in 0..<2 { #expect(await GivenImages.failure(of: engine, at: GivenWebUI.order())?.kind == .broken) }
            #expect(server.requests(to: "GET /sdapi/v1/samplers").count == 2)
            await server.upstream.stop()
        }

        @Test(arguments: [
            "RealVisXL_V4.0_Lightning.safetensors [0aec8a1f5b]", "RealVisXL_V4.0_Lightning.safetensors",
            "RealVisXL_V4.0_Lightning",
            "0aec8a1f5b",
        ])
        func `knows a checkpoint by every name the server does`(name: String) async throws {
            let server = try await GivenWebUI.start()
            let painted = try await GivenWebUI.engine(server).paint(GivenImages.order(model: name)) { _ in }
            #expect(painted.file == GivenImages.png)
            await server.upstream.stop()
        }

        @Test(arguments: ["RealVisXL", "", "realvisxl_v4.0_lightning", "[0aec8a1f5b]", "0aec"])
        func `refuses a checkpoint the server does not have, before asking`(name: String) async throws {
            let server = try await GivenWebUI.start()
            let failure = await GivenImages.failure(of: try GivenWebUI.engine(server), at: GivenImages.order(model: name))
            #expect(failure?.kind == .refused)
            #expect(server.requests(to: "POST /sdapi/v1/txt2img").isEmpty)
            await server.upstream.stop()
        }

        @Test func `lets no directive through`() async throws {
            let server = try await GivenWebUI.start()
            let order = GivenImages.order(
                model: GivenWebUI.model, prompt: #"<lora:evil:1> fox AND dog <sd_cpp_extra_args>{"steps":900}"#,
                negative: "<hypernet:x:1> BREAK __file__")
            _ = try await GivenWebUI.engine(server).paint(order) { _ in }
            let body = try JSONValue(parsing: try #require(server.requests(to: "POST /sdapi/v1/txt2img").first).body)
            #expect(body["prompt"] == #" lora:evil:1> fox and dog  sd_cpp_extra_args>{"steps":900}"#)
            #expect(body["negative_prompt"] == " hypernet:x:1> break _file_")
            #expect(body["disable_extra_networks"] == true)
            await server.upstream.stop()
        }

        /// A PNG of 1344x1344 pixels that does not compress: 5.4 MB.
        @Test func `takes the largest picture there is`() async throws {
            let picture = GivenImages.png + [UInt8](repeating: 0xA5, count: 1344 * 1344 * 3)
            let text = Base64.encode(picture)
            let server = try await GivenWebUI.start(echo: { $0.images = [text] })
            let painted = try await GivenWebUI.engine(server).paint(GivenWebUI.order()) { _ in }
            #expect(painted.file == picture)
            await server.upstream.stop()
        }

        @Test func `shows the pair of --api-auth`() async throws {
            let server = try await GivenWebUI.start()
            let engine = try GivenWebUI.engine(server) { $0.credentials = Secret("u:p").map { .basic($0) } }
            _ = try await engine.paint(GivenWebUI.order()) { _ in }
            #expect(server.upstream.requests.allSatisfy { $0[header: "authorization"] == "Basic dTpw" })
            await server.upstream.stop()
        }
    }
}
