import Inference
import Testing
import Wire

@testable import Engines

@Suite struct `A graph for ComfyUI` {
    private func inputs(
        _ node: String, id: String = "id", tag: String = "mt-1-1", change: (inout ImagePrompt) -> Void = { _ in }
    ) throws -> JSONValue {
        let graph = ComfyUIGraph(ComfyUIStage.order(tag: tag, change: change), id: id)
        return try #require(try JSONValue(parsing: graph.body)["prompt"]?[node]?["inputs"])
    }

    @Test(arguments: [
        (Scheduler.eulerA, "euler_ancestral", "normal"), (.euler, "euler", "normal"), (.lms, "lms", "normal"),
        (.heun, "heun", "normal"), (.dpm2, "dpm_2", "normal"), (.dpm2A, "dpm_2_ancestral", "normal"),
        (.dpmPP2SA, "dpmpp_2s_ancestral", "normal"), (.dpmPP2M, "dpmpp_2m", "normal"), (.dpmPPSDE, "dpmpp_sde", "normal"),
        (.dpmPP2MSDE, "dpmpp_2m_sde", "normal"), (.dpmFast, "dpm_fast", "normal"), (.lmsKarras, "lms", "karras"),
        (.dpm2Karras, "dpm_2", "karras"), (.dpm2AKarras, "dpm_2_ancestral", "karras"),
        (.dpmPP2SAKarras, "dpmpp_2s_ancestral", "karras"), (.dpmPP2MKarras, "dpmpp_2m", "karras"),
        (.dpmPPSDEKarras, "dpmpp_sde", "karras"), (.dpmPP2MSDEKarras, "dpmpp_2m_sde", "karras"),
    ])
    func `names the sampler and its schedule`(scheduler: Scheduler, sampler: String, schedule: String) throws {
        let inputs = try inputs("3") { $0.scheduler = scheduler }
        #expect(inputs["sampler_name"] == .string(sampler))
        #expect(inputs["scheduler"] == .string(schedule))
    }

    @Test func `names every scheduler there is, no two of them alike`() {
        #expect(Set(Scheduler.allCases.map(ComfyUISampler.init)).count == 18)
    }

    @Test(arguments: [(Scheduler.dpmFast, 1, 2), (.dpmFast, 2, 2), (.dpmFast, 8, 8), (.euler, 1, 1), (.dpmPPSDE, 4, 4)])
    func `takes two steps where one would do nothing, and says so`(scheduler: Scheduler, asked: Int, taken: Int) throws {
        let order = ComfyUIStage.order {
            $0.scheduler = scheduler
            $0.steps = asked
        }
        let graph = ComfyUIGraph(order, id: "id")
        #expect(try JSONValue(parsing: graph.body)["prompt"]?["3"]?["inputs"]?["steps"] == .integer(taken))
        #expect(graph.substitute == (asked == taken ? nil : "dpm_fast, normal, in 2 steps"))
    }

    @Test(arguments: [(256, 256), (257, 264), (1000, 1000), (1001, 1008), (1343, 1344), (1344, 1344)])
    func `is as large as was asked for, or up to seven pixels larger`(asked: Int, side: Int) throws {
        let inputs = try inputs("5") {
            $0.width = asked
            $0.height = 1344
        }
        #expect(inputs["width"] == .integer(side))
        #expect(inputs["height"] == 1344)
        #expect(inputs["batch_size"] == 1)
    }

    @Test(arguments: [(100, "1.00"), (205, "2.05"), (250, "2.50"), (700, "7.00")])
    func `has the guidance to the hundredth`(hundredths: Int, written: String) throws {
        let inputs = try inputs("3") { $0.cfgHundredths = hundredths }
        #expect(inputs["cfg"]?.text == written)
        #expect(inputs["seed"] == 4_294_967_295)
        #expect(inputs["denoise"] == 1)
    }

    @Test(arguments: [
        ("a fox", "a fox"), ("\"]}, \\ \n", "\"]}, \\ \n"), ("(red:1.3) fox", "(red:1.3) fox"),
        ("embeddings: a", "embeddings: a"),
        ("embedding:easy", "embedding :easy"), ("a (embedding:easy:1.2) fox", "a (embedding :easy:1.2) fox"),
        ("a\nEmbedding:../x", "a\nEmbedding :../x"), ("embedding::x embedding:y", "embedding ::x embedding :y"),
        // As a character, a colon under an accent is no colon.
        ("embedding:\u{301}x", "embedding :\u{301}x"), ("", ""),
    ])
    func `has the texts as they are, but names no file of the operator's`(text: String, written: String) throws {
        for node in ["6", "7"] {
            let inputs = try inputs(node) {
                $0.prompt = text
                $0.negativePrompt = text
            }
            #expect(inputs["text"].map { Array(($0.string ?? "").unicodeScalars) } == Array(written.unicodeScalars))
        }
    }

    @Test func `leads from the checkpoint to a preview, never the same as the last`() throws {
        let body = try JSONValue(parsing: ComfyUIGraph(ComfyUIStage.order(tag: "mt-7-2"), id: "our-name").body)
        #expect(body["prompt_id"] == "our-name")
        #expect(body["client_id"] == "our-name")
        let nodes = try #require(body["prompt"]?.members)
        #expect(Set(nodes.compactMap { $0.value["class_type"]?.string }).count == 6)
        #expect(body["prompt"]?["4"]?["inputs"] == ["ckpt_name": "alpha.safetensors"])
        #expect(body["prompt"]?["9"]?["class_type"] == "PreviewImage")
        #expect(body["prompt"]?["9"]?["inputs"] == ["images": ["8", 0], "tag": "mt-7-2"])
        #expect(try inputs("9", tag: "mt-7-1") != inputs("9", tag: "mt-7-2"))
    }

    /// Every link leads to a node that is there, and to an output it has.
    @Test func `is whole`() throws {
        let outputs = ["CheckpointLoaderSimple": 3, "EmptyLatentImage": 1, "CLIPTextEncode": 1, "KSampler": 1, "VAEDecode": 1]
        let graph = try #require(try JSONValue(parsing: ComfyUIGraph(ComfyUIStage.order(), id: "id").body)["prompt"])
        var links = 0
        for node in graph.members ?? [] {
            for input in node.value["inputs"]?.members ?? [] {
                guard let name = input.value[0]?.string, let output = input.value[1]?.int else { continue }
                let kind = try #require(graph[name]?["class_type"]?.string)
                #expect(output < outputs[kind] ?? 0)
                links += 1
            }
        }
        #expect(links == 9)
    }
}
