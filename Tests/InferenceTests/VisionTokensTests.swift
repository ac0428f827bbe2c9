import Testing

@testable import Inference

@Suite struct VisionTokensTests {
    private static let gpt4o = VisionTokens.tiles(base: 85, tile: 170)
    private static let gpt4oMini = VisionTokens.tiles(base: 2833, tile: 5667)
    private static let gpt41Mini = VisionTokens.patches(multiplierHundredths: 162)
    private static let gpt41Nano = VisionTokens.patches(multiplierHundredths: 246)

    @Test(arguments: [
        (1, 1, 255, 8_500), (128, 64, 255, 8_500), (512, 512, 255, 8_500), (540, 360, 425, 14_167),
        (1024, 1024, 765, 25_501), (1920, 1080, 1_105, 36_835), (3008, 2000, 1_105, 36_835), (2048, 4096, 1_105, 36_835),
        (4000, 1474, 1_445, 48_169), (65_535, 1, 765, 25_501), (768, 2048, 1_445, 48_169), (769, 2049, 1_445, 48_169),
        (513, 512, 425, 14_167), (20_000, 2000, 765, 25_501),
    ])
    func `tile models count the tiles of the image scaled down`(width: Int, height: Int, full: Int, mini: Int) {
        for detail in [PromptImage.Detail.high, .auto] {
            #expect(Self.gpt4o.tokens(width: width, height: height, detail: detail) == full)
            #expect(Self.gpt4oMini.tokens(width: height, height: width, detail: detail) == mini)
        }
        #expect(Self.gpt4o.tokens(width: width, height: height, detail: .low) == 85)
        #expect(Self.gpt4oMini.tokens(width: width, height: height, detail: .low) == 2_833)
    }

    @Test(arguments: [
        (128, 64, 14, 21), (540, 360, 332, 503), (1024, 1024, 1_660, 2_521), (1800, 2400, 2_354, 3_573),
        (2560, 1669, 2_412, 3_662), (2400, 1800, 2_354, 3_573), (4000, 1474, 2_349, 3_566), (1, 1, 3, 4),
        (1, 100_000, 2_490, 3_780), (100_000, 1, 2_490, 3_780), (1536, 1024, 2_490, 3_780),
    ])
    func `patch models count patches whatever the detail`(width: Int, height: Int, mini: Int, nano: Int) {
        for detail in [PromptImage.Detail.low, .auto, .high] {
            #expect(Self.gpt41Mini.tokens(width: width, height: height, detail: detail) == mini)
            #expect(Self.gpt41Nano.tokens(width: width, height: height, detail: detail) == nano)
        }
    }

    @Test(arguments: [(gpt4o, 1_445), (gpt4oMini, 48_169), (gpt41Mini, 2_490), (gpt41Nano, 3_780)])
    func `no image costs more than the maximum`(vision: VisionTokens, most: Int) {
        #expect(vision.tokensMax == most)
        var side = 1
        var seen = 0
        while side < 70_000 {
            var other = 1
            while other < 70_000 {
                let tokens = vision.tokens(width: side, height: other, detail: .high)
                #expect(tokens > 0 && tokens <= most, "\(side)x\(other)")
                seen = max(seen, tokens)
                other = other * 5 / 4 + 3
            }
            side = side * 5 / 4 + 7
        }
        #expect(seen == most)
    }
}
