import NIOCore
import Testing

@testable import Inference

@Suite struct ChatPromptTokensTests {
    private func model(_ vision: VisionTokens?, context: Int = 128_000) -> ChatModel {
        ChatModel(
            id: "m", snapshot: "m-1", created: 0, ownedBy: "system", contextTokens: context, outputTokensMax: 1000, vision: vision
        )
    }

    private func prompt(_ size: PromptSize, _ images: [PromptImage] = []) -> ChatPrompt {
        ChatPrompt(model: "m", stream: true, choices: 1, outputCap: nil, members: [], size: size, images: images)
    }

    private let picture = PromptImage(source: .data(format: .png, width: 128, height: 64, bytes: 900), detail: .high)
    private let address = PromptImage(source: .address(host: "example.com"), detail: .auto)

    @Test func `the bound is every byte and the fair estimate a third of the text`() {
        let prompt = prompt(PromptSize(jsonBytes: 1000, textBytes: 100, messages: 2))
        #expect(prompt.inputBoundTokens(model: model(nil), hiddenTokens: 40) == 1000 + 64 + 40)
        #expect(prompt.inputFairTokens(model: model(nil)) == 34 + 8 + 3)
    }

    @Test func `the bound never exceeds the context`() {
        let prompt = prompt(PromptSize(jsonBytes: 5_000_000, textBytes: 0, messages: 1))
        #expect(prompt.inputBoundTokens(model: model(nil), hiddenTokens: 64) == 128_000)
    }

    @Test func `tile models bound an image by its own tiles, and an unseen one by the maximum`() {
        let vision = VisionTokens.tiles(base: 85, tile: 170)
        let prompt = prompt(PromptSize(jsonBytes: 0, textBytes: 0, messages: 1), [picture, address])
        #expect(prompt.inputBoundTokens(model: model(vision), hiddenTokens: 0) == 64 + 255 + 1445)
        #expect(prompt.inputFairTokens(model: model(vision)) == 7 + 255 + 1445)
    }

    @Test func `an unseen image of low detail costs a tile model its base`() {
        let low = PromptImage(source: .address(host: "example.com"), detail: .low)
        let prompt = prompt(PromptSize(jsonBytes: 0, textBytes: 0, messages: 0), [low])
        #expect(prompt.inputBoundTokens(model: model(.tiles(base: 85, tile: 170)), hiddenTokens: 0) == 64 + 85)
        #expect(prompt.inputFairTokens(model: model(.patches(multiplierHundredths: 162))) == 3 + 2490)
    }

    @Test func `patch models bound every image by the maximum and expect the formula`() {
        let vision = VisionTokens.patches(multiplierHundredths: 246)
        let prompt = prompt(PromptSize(jsonBytes: 0, textBytes: 0, messages: 0), [picture])
        #expect(prompt.inputBoundTokens(model: model(vision), hiddenTokens: 0) == 64 + 3780)
        #expect(prompt.inputFairTokens(model: model(vision)) == 3 + 21)
    }
}
