import Inference
import Testing

@testable import Engines

@Suite struct SandboxPictureTests {
    private let bench = SandboxImageBench()

    @Test(arguments: [(256, 256), (257, 263), (1344, 256), (256, 1344), (768, 512)])
    func `a picture has exactly the size asked for`(width: Int, height: Int) async throws {
        let picture = try #require(
            await bench.changed {
                $0.prompt.width = width
                $0.prompt.height = height
            }.picture())
        #expect((picture.width, picture.height) == (width, height))
    }

    @Test func `the same order is the same picture, byte for byte`() async throws {
        let (first, second) = (try #require(await bench.picture()), try #require(await bench.picture()))
        #expect(first == second)
    }

    /// On every machine: a change of this number is a change that callers see.
    @Test func `the picture of an order is known`() async throws {
        let picture = try #require(await bench.picture())
        var fingerprint = SandboxFingerprint()
        fingerprint.add(picture.pixels)
        #expect(fingerprint.value == 3_098_357_550_930_193_138)
    }

    @Test func `the attempt, the engine's name for the model and the format change nothing`() async throws {
        let other = bench.changed {
            $0.tag = "mt-7-3"
            $0.prompt.format = .webp
        }
        #expect(await other.picture() == bench.picture())
    }

    static let changes: [(String, Int, @Sendable (inout SandboxImageBench) -> Void)] = [
        // What is changed, and how many in a thousand of the pixels above the caption change at least.
        ("model", 900, { $0.prompt.model = "dreamshaper" }),
        ("prompt", 900, { $0.prompt.prompt = "a fox in a forest" }),
        ("negative prompt", 3, { $0.prompt.negativePrompt = "blurry" }),
        ("seed", 500, { $0.seed = 43 }),
        ("steps", 20, { $0.prompt.steps = 5 }),
        ("cfg", 900, { $0.prompt.cfgHundredths = 300 }),
        ("cfg by a hundredth", 10, { $0.prompt.cfgHundredths = 201 }),
        ("scheduler", 500, { $0.prompt.scheduler = .heun }),
        ("schedule", 500, { $0.prompt.scheduler = .dpmPPSDEKarras }),
    ]

    @Test(arguments: changes.indices)
    func `each parameter changes what is seen`(index: Int) async throws {
        let (name, thousandths, change) = SandboxPictureTests.changes[index]
        let (before, after) = (try #require(await bench.picture()), try #require(await bench.changed(change).picture()))
        #expect(before.changedThousandths(in: after, rows: 0..<210) >= thousandths, "\(name)")
    }

    @Test func `two negative prompts are two pictures`() async {
        let one = await bench.changed { $0.prompt.negativePrompt = "blurry" }.picture()
        let other = await bench.changed { $0.prompt.negativePrompt = "people" }.picture()
        #expect(one != other)
    }

    @Test func `every scheduler has a texture of its own`() {
        #expect(Set(Scheduler.allCases.map(SandboxScreen.init)).count == Scheduler.allCases.count)
    }

    @Test func `every built-in model has a palette of its own`() {
        let palettes = ImageModel.builtIn.map { model in
            SandboxScene(bench.changed { $0.prompt.model = model.id }.order, text: "a hill", scheduler: .standard).palette
        }
        #expect(Set(palettes).count == ImageModel.builtIn.count)
    }

    @Test func `more cfg is more contrast`() async throws {
        var spreads: [Int] = []
        for cfg in [100, 300, 700] {
            let picture = try #require(await bench.changed { $0.prompt.cfgHundredths = cfg }.picture())
            spreads.append(picture.spread(rows: 0..<210))
        }
        #expect(spreads == spreads.sorted() && Set(spreads).count == 3, "\(spreads)")
    }

    @Test func `a picture is no plain surface`() async throws {
        let picture = try #require(await bench.picture())
        let places = stride(from: 0, to: 210 * picture.width * 3, by: 3)
        let colors = Set(places.map { Array(picture.pixels[$0..<$0 + 3]) })
        #expect(colors.count > 1000)
    }

    /// Bounds of the sums: no order makes a pixel wrap around or the engine trap.
    @Test(arguments: [1, 8], [100, 700])
    func `every order in the ranges is painted`(steps: Int, cfg: Int) async throws {
        for (number, scheduler) in Scheduler.allCases.enumerated() {
            let picture = await bench.changed {
                $0.prompt = ImagePrompt(
                    model: "model \(number)", prompt: number % 2 == 0 ? "" : "midnight snow 猫 \u{1F98A}",
                    negativePrompt: number % 3 == 0 ? "" : "n\(number)", scheduler: scheduler, steps: steps, cfgHundredths: cfg,
                    width: 256 + number, height: 256)
                $0.seed = number % 2 == 0 ? 0 : 4_294_967_295
            }.picture()
            #expect(picture?.width == 256 + number)
        }
    }
}

extension Picture {
    /// How many of a thousand pixels of these rows differ.
    fileprivate func changedThousandths(in other: Picture, rows: Range<Int>) -> Int {
        let places = stride(from: rows.lowerBound * width * 3, to: rows.upperBound * width * 3, by: 3)
        let changed = places.count { pixels[$0..<$0 + 3] != other.pixels[$0..<$0 + 3] }
        return changed * 1000 / (rows.count * width)
    }

    /// The mean distance from the mean, in hundredths of a level.
    fileprivate func spread(rows: Range<Int>) -> Int {
        let part = pixels[rows.lowerBound * width * 3..<rows.upperBound * width * 3]
        let mean = part.reduce(0) { $0 + Int($1) } / part.count
        return part.reduce(0) { $0 + abs(Int($1) - mean) } * 100 / part.count
    }
}
