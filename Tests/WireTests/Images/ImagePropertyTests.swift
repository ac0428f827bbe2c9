import Inference
import NIOCore
import Testing

@testable import Wire

/// What must be true of every body, drawn at random and then broken at random: what is accepted lies within the ranges of a
/// prompt, and what is not is refused in a sentence.
@Suite struct ImagePropertyTests {
    private static let bodiesPerSeed = 60

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `whatever is accepted can be painted`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var accepted = 0
        for _ in 0..<ImagePropertyTests.bodiesPerSeed where check(ByteBuffer(string: body(&random).text), seed) { accepted += 1 }
        #expect(accepted > 0, "seed \(seed)")
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `a broken body is refused or means something else`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<ImagePropertyTests.bodiesPerSeed { check(broken(body(&random).text, &random), seed) }
    }

    // MARK: checks

    /// - Returns: whether either dialect takes it.
    @discardableResult
    private func check(_ body: ByteBuffer, _ seed: UInt64) -> Bool {
        var isTaken = false
        do throws(RequestFault) {
            let request = try ImageRequest.read(body, allowsLoopbackCallback: true) { !$0.isEmpty }
            check(request.prompt, seed)
            check(request.droppedMembers, seed)
            #expect((request.callback ?? "").utf8.count <= ImageRequestLimits.callbackBytesMax, "seed \(seed)")
            isTaken = true
        } catch { check(error, seed) }
        do throws(RequestFault) {
            let request = try GenerationRequest.read(body) { !$0.isEmpty }
            #expect((1...ImageRequestLimits.imagesMax).contains(request.prompts.count), "seed \(seed)")
            for prompt in request.prompts { check(prompt, seed) }
            check(request.droppedMembers, seed)
            isTaken = true
        } catch { check(error, seed) }
        do throws(RequestFault) {
            guard let question = try JobQuestion.read(body) else { return isTaken }
            #expect((1...JobID.max).contains(question.id.value), "seed \(seed)")
            #expect((1...ImageRequestLimits.signatureBytesMax).contains(question.signature.utf8.count), "seed \(seed)")
        } catch { check(error, seed) }
        return isTaken
    }

    private func check(_ prompt: ImagePrompt, _ seed: UInt64) {
        #expect(!prompt.model.isEmpty, "seed \(seed)")
        #expect(prompt.prompt.contains { !$0.isWhitespace }, "seed \(seed)")
        for text in [prompt.prompt, prompt.negativePrompt] {
            #expect(text.utf8.count <= ImagePrompt.textBytesMax && !text.utf8.contains(0), "seed \(seed)")
        }
        #expect(ImagePrompt.stepsRange.contains(prompt.steps), "seed \(seed)")
        #expect(ImagePrompt.cfgHundredthsRange.contains(prompt.cfgHundredths), "seed \(seed)")
        #expect(ImagePrompt.sideRange.contains(prompt.width) && ImagePrompt.sideRange.contains(prompt.height), "seed \(seed)")
        if let own = prompt.seed { #expect(ImagePrompt.seedRange.contains(own), "seed \(seed)") }
    }

    private func check(_ dropped: [String], _ seed: UInt64) {
        let fit = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.".utf8)
        #expect(dropped.count <= ImageRequestLimits.droppedNamesMax, "seed \(seed)")
        #expect(dropped.allSatisfy { $0.utf8.allSatisfy(fit.contains) }, "seed \(seed)")
    }

    private func check(_ fault: RequestFault, _ seed: UInt64) {
        #expect(!fault.message.isEmpty && fault.message.utf8.count <= 2048, "seed \(seed): \(fault.message)")
        #expect((fault.param ?? "").utf8.count <= 512, "seed \(seed)")
        var answer = ByteBuffer()
        SubmissionAnswer(fault).write(into: &answer)
        #expect((try? JSONValue(parsing: answer)) != nil, "seed \(seed)")
    }

    // MARK: bodies

    private static let names = [
        "model", "prompt", "negativePrompt", "negative_prompt", "scheduler", "steps", "cfgScale", "cfg_scale", "width", "height",
        "seed",
        "format", "output_format", "callback_url", "n", "size", "response_format", "user", "quality", "style", "background",
        "stream",
        "partial_images", "jobid", "signature", "x",
    ]

    private func body(_ random: inout SeededGenerator) -> JSONValue {
        let count = Int.random(in: 0...4, using: &random)
        var members = [JSONMember(key: "model", value: "realvision"), JSONMember(key: "prompt", value: "a lighthouse")]
        for name in ImagePropertyTests.names.shuffled(using: &random).prefix(count) {
            members.removeAll { $0.key == name }
            members.append(JSONMember(key: name, value: value(&random)))
        }
        return .object(members.shuffled(using: &random))
    }

    private func value(_ random: inout SeededGenerator) -> JSONValue {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: .null
        case 1: .bool(Bool.random(using: &random))
        case 2: .integer(Int.random(in: -2...10, using: &random))
        case 3: .integer(Int.random(in: 200...1400, using: &random))
        case 4: .integer(Int64.random(in: .min ... .max, using: &random))
        case 5: .number(JSONNumber(checked: numbers.randomElement(using: &random) ?? "1"))
        case 6: .string(texts.randomElement(using: &random) ?? "")
        case 7: .string(String(repeating: "é\u{1F5FC} ", count: Int.random(in: 0...1500, using: &random)))
        case 8: [1, ["a": .null]]
        default: .string(Scheduler.allCases.randomElement(using: &random)?.rawValue ?? "")
        }
    }

    private let numbers = [
        "1.0", "4.0", "7.00", "6.999", "7.0000001", "1e0", "-0", "-0.0", "-1.0", "1e999", "4294967295.0", "0.1e1",
    ]
    private let texts = [
        "", " ", "\u{0}", "png", "jpg", "webp", "url", "b64_json", "auto", "512x512", "1344x256", "9x9", "hd", "vivid", "opaque",
        "https://example.com/x", "http://localhost:1/", "http://[::1]/", "https://[::1", "http://localhost:", "12345678", "s",
    ]

    /// A body with a few of its bytes changed, doubled, cut out or cut off.
    private func broken(_ text: String, _ random: inout SeededGenerator) -> ByteBuffer {
        var bytes = Array(text.utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &random)
            case 1: bytes[place] = Array("\"\\{}[]:,0e.-+u".utf8).randomElement(using: &random) ?? 0
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(bytes[place], at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return ByteBuffer(bytes: bytes)
    }
}
