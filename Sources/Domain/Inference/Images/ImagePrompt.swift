/// A request for one picture after every check: what an engine may be asked, and nothing else. Defaults stand where the caller gave
/// none. Ranges and defaults are the reference's.
package struct ImagePrompt: Hashable, Sendable {
    /// The model as the caller names it.
    package var model: String
    package var prompt: String
    /// Empty: none.
    package var negativePrompt: String
    package var scheduler: Scheduler
    package var steps: Int
    /// In hundredths: 100...700.
    package var cfgHundredths: Int
    package var width: Int
    package var height: Int
    /// The caller's own; nil: one is drawn when the job is made out, and told with the result.
    package var seed: Int64?
    package var format: PictureFormat

    package static let stepsRange = 1...8
    package static let cfgHundredthsRange = 100...700
    package static let sideRange = 256...1344
    /// What every engine here takes for a seed: an unsigned integer of 32 bits.
    package static let seedRange: ClosedRange<Int64> = 0...4_294_967_295
    /// UTF-8 bytes of a prompt, and of a negative prompt: more than any of these models reads (77 to 231 tokens), with room for every script.
    package static let textBytesMax = 8_000

    package init(
        model: String, prompt: String, negativePrompt: String = "", scheduler: Scheduler = .standard, steps: Int = 4,
        cfgHundredths: Int = 200, width: Int = 1024, height: Int = 1024, seed: Int64? = nil, format: PictureFormat = .png
    ) {
        self.model = model
        self.prompt = prompt
        self.negativePrompt = negativePrompt
        self.scheduler = scheduler
        self.steps = steps
        self.cfgHundredths = cfgHundredths
        self.width = width
        self.height = height
        self.seed = seed
        self.format = format
    }

    package var cfgScale: Double { Double(cfgHundredths) / 100 }
}

/// What a picture is delivered as.
package enum PictureFormat: String, CaseIterable, Sendable {
    case png, jpeg, webp

    package var mediaType: String { "image/\(rawValue)" }
    package var fileExtension: String { self == .jpeg ? "jpg" : rawValue }
}
