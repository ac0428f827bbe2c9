import Inference
import NIOCore
import Testing
import Units

@testable import Wire

/// Requests for images and what becomes of them, to the last byte of the answer.
@Suite struct ImageExchangeTests {
    private static let exchanges = Exchange.files(in: "Images")
    private let models = Set(ImageModel.builtIn.map(\.id))
    private let job = JobID(12_345_678)
    private let signature = "abcxyz123"

    @Test func `each door has its exchanges`() {
        #expect(Set(ImageExchangeTests.exchanges.map(\.door)).count == 3)
        #expect(ImageExchangeTests.exchanges.count >= 40)
    }

    @Test(arguments: exchanges)
    func `a request for images becomes what its exchange says`(exchange: Exchange) throws {
        let body = ByteBuffer(string: exchange.body)
        let outcome =
            switch exchange.door {
            case "POST /api/texttoimage/": submission(body)
            case "POST /api/texttoimage/jobs/": question(body)
            case "POST /v1/images/generations": generation(body)
            default: "there is no such door\n"
            }
        if Exchange.records { try exchange.record(outcome) } else { #expect(outcome == exchange.expected) }
    }

    private func submission(_ body: ByteBuffer) -> String {
        do throws(RequestFault) {
            let request = try ImageRequest.read(body) { models.contains($0) }
            let answer = written(SubmissionAnswer.accepted(job, signature: signature).write)
            return text(
                of: request.prompt, ["callback: \(request.callback ?? "none")"] + dropped(request.droppedMembers) + [answer])
        } catch { return "\(error.kind) \(error.param ?? "-")\n\(written(SubmissionAnswer(error).write))\n" }
    }

    private func question(_ body: ByteBuffer) -> String {
        do throws(RequestFault) {
            guard let question = try JobQuestion.read(body) else { return "unknown\n\(written(JobAnswer.unknown.write))\n" }
            #expect(question.id == job && question.signature == signature)
            let prompt = ImagePrompt(model: "realvision", prompt: "a")
            let image = DeliveredImage(
                url: "https://...", prompt: prompt, seed: 42, substitute: nil, cost: Money(nanodollars: 1_500_000),
                expiry: Instant(seconds: 1_800_000_000))
            return "known\n\(written(JobAnswer.success(image).write))\n"
        } catch { return "\(error.kind)\n\(written(JobAnswer(error).write))\n" }
    }

    private func generation(_ body: ByteBuffer) -> String {
        do throws(RequestFault) {
            let request = try GenerationRequest.read(body) { models.contains($0) }
            let images = request.prompts.enumerated().map { index, prompt in
                GenerationAnswer.Image(
                    request.delivery == .url ? .url("https://example.com/\(index).png") : .file(Array("file \(index)".utf8)),
                    seed: prompt.seed ?? 7)
            }
            let answer = written(GenerationAnswer(created: 1_800_000_000, images: images).write)
            let seeds = request.prompts.map { $0.seed.map(String.init) ?? "any" }.joined(separator: " ")
            return text(
                of: request.prompts[0],
                ["images: \(request.prompts.count), seeds \(seeds), as \(request.delivery.rawValue)"]
                    + dropped(request.droppedMembers) + [answer])
        } catch { return "\(error.kind)\n\(written(error.body.write))\n" }
    }

    private func dropped(_ names: [String]) -> [String] { names.isEmpty ? [] : ["dropped: \(names.joined(separator: " "))"] }

    private func text(of prompt: ImagePrompt, _ more: [String]) -> String {
        let lines =
            [
                "accepted", "model: \(prompt.model)", "prompt: \(prompt.prompt)",
                "negative prompt: \(prompt.negativePrompt.isEmpty ? "none" : prompt.negativePrompt)",
                "scheduler: \(prompt.scheduler.rawValue)", "steps: \(prompt.steps)", "scale: \(prompt.cfgHundredths)/100",
                "size: \(prompt.width)x\(prompt.height)", "seed: \(prompt.seed.map(String.init) ?? "any")",
                "format: \(prompt.format)",
            ] + more
        return lines.joined(separator: "\n") + "\n"
    }

    private func written(_ write: (inout ByteBuffer) -> Void) -> String {
        var buffer = ByteBuffer()
        write(&buffer)
        return String(buffer: buffer)
    }
}
