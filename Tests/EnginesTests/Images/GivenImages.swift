import Inference
import NIOCore
import Synchronization

@testable import Engines

/// What the tests of painting servers are about.
enum GivenImages {
    static let tag = "mt-4711-1"
    /// The beginning of a PNG file: enough to be taken for one, as long as nobody decodes it.
    static let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
    static let pngText = Base64.encode(png)

    static func order(
        _ scheduler: Scheduler = .eulerA, model: String, prompt: String = "a red fox", negative: String = "", width: Int = 1024,
        height: Int = 1024, steps: Int = 4, cfgHundredths: Int = 200, seed: Int64 = 42
    ) -> ImageOrder {
        ImageOrder(
            prompt: ImagePrompt(
                model: "realvision", prompt: prompt, negativePrompt: negative, scheduler: scheduler, steps: steps,
                cfgHundredths: cfgHundredths, width: width, height: height),
            model: model, seed: seed, tag: tag)
    }

    /// Why there is no picture; nil when there is one.
    static func failure(of engine: any ImageEngine, at order: ImageOrder) async -> ImageFailure? {
        do throws(ImageFailure) {
            _ = try await engine.paint(order) { _ in }
            return nil
        } catch { return error }
    }
}

/// What an engine said of its progress.
final class HeardProgress: Sendable {
    private let heard = Mutex<[Double]>([])
    var values: [Double] { heard.withLock { $0 } }
    func hear(_ value: Double) { heard.withLock { $0.append(value) } }
}

extension PaintedImage {
    var file: [UInt8]? { if case .file(let bytes) = content { bytes } else { nil } }
}
