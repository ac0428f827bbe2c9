import Inference
import Testing

@testable import Engines

@Suite struct SandboxCaptionTests {
    @Test(arguments: [(256, 256), (1024, 1024), (1344, 300)])
    func `every picture says that it is of the sandbox`(width: Int, height: Int) async throws {
        let bench = SandboxImageBench().changed {
            $0.prompt.width = width
            $0.prompt.height = height
        }
        let picture = try #require(await bench.picture())
        let scale = max(1, width / 320)
        let caption = picture.letters(left: 4 * scale, scale: scale, count: 7)
        #expect(caption == "SANDBOX")
    }

    @Test func `model, size and seed are said`() {
        let scene = SandboxScene(SandboxImageBench().order, text: "", scheduler: .standard)
        #expect(scene.caption == "SANDBOX · realvision · 256×256 · seed 42")
    }

    @Test(arguments: [String(repeating: "long", count: 100), "模型 🦊", ""])
    func `any model's name fits`(model: String) async throws {
        let picture = try #require(await SandboxImageBench().changed { $0.prompt.model = model }.picture())
        #expect(picture.letters(left: 4, scale: 1, count: 7) == "SANDBOX")
    }

    @Test func `letters and digits are all different, and what has none is a frame`() {
        let drawings = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .-_·…:/+@×".map(SandboxLettering.rows)
        #expect(Set(drawings).count == drawings.count)
        #expect(drawings.allSatisfy { $0.count == SandboxLettering.height && $0.allSatisfy { $0 < 32 } })
        #expect(SandboxLettering.rows(of: "a") == SandboxLettering.rows(of: "A"))
        #expect(!drawings.contains(SandboxLettering.rows(of: "猫")))
    }
}

extension Picture {
    /// Reads so many letters of the first line of the strip at the foot: light pixels on dark.
    fileprivate func letters(left: Int, scale: Int, count: Int) -> String {
        let alphabet = Dictionary(uniqueKeysWithValues: "ABDNOSX".map { (SandboxLettering.rows(of: $0), $0) })
        // The strip's first line is the first row from below above which no letter stands.
        for top in stride(from: height - 11 * scale, through: max(0, height - 80 * scale), by: -1) {
            let found = (0..<count).map { place in
                alphabet[rows(left: left + place * 6 * scale, top: top, scale: scale)] ?? "?"
            }
            if !found.contains("?") { return String(found) }
        }
        return ""
    }

    private func rows(left: Int, top: Int, scale: Int) -> [UInt8] {
        (0..<7).map { y in
            (0..<5).reduce(0) { bits, x in
                bits << 1 | (pixels[((top + y * scale) * width + left + x * scale) * 3] == 242 ? 1 : 0)
            }
        }
    }
}
