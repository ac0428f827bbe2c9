import Inference

/// A prompt as far as its members were read; both dialects draft it, each by its own names of them.
struct ImageDraft {
    private var model: String?
    private var prompt: String?
    private var negativePrompt = ""
    private var scheduler: Scheduler?
    private var steps: Int?
    private var cfgHundredths: Int?
    private var seed: Int64?
    private var format: PictureFormat?
    var width: Int?
    var height: Int?

    // MARK: members

    mutating func readModel(_ fields: inout MemberReader) throws(FieldFault) {
        let name = try fields.text(bytesMax: ImageRequestLimits.nameBytesMax)
        model = name.isEmpty ? nil : name
    }

    mutating func readPrompt(_ fields: inout MemberReader) throws(FieldFault) {
        let text = try fields.text(bytesMax: ImagePrompt.textBytesMax)
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { throw fields.fault(.blank) }
        prompt = text
    }

    mutating func readNegativePrompt(_ fields: inout MemberReader) throws(FieldFault) {
        negativePrompt = try fields.text(bytesMax: ImagePrompt.textBytesMax)
    }

    mutating func readScheduler(_ fields: inout MemberReader) throws(FieldFault) {
        scheduler = try fields.choice(of: Scheduler.allCases.map { ($0.rawValue, $0) })
    }

    mutating func readSteps(_ fields: inout MemberReader) throws(FieldFault) {
        steps = try fields.integer(ImagePrompt.stepsRange)
    }

    mutating func readCFGScale(_ fields: inout MemberReader) throws(FieldFault) {
        cfgHundredths = try fields.hundredths(ImagePrompt.cfgHundredthsRange)
    }

    mutating func readWidth(_ fields: inout MemberReader) throws(FieldFault) {
        width = try fields.integer(ImagePrompt.sideRange)
    }

    mutating func readHeight(_ fields: inout MemberReader) throws(FieldFault) {
        height = try fields.integer(ImagePrompt.sideRange)
    }

    /// -1 stands for any seed, as it does in every tool of the field.
    mutating func readSeed(_ fields: inout MemberReader) throws(FieldFault) {
        let range = Int(ImagePrompt.seedRange.lowerBound)...Int(ImagePrompt.seedRange.upperBound)
        let value = try fields.integer(range, or: -1, exception: ", or -1 for any")
        seed = value == -1 ? nil : Int64(value)
    }

    mutating func readFormat(_ fields: inout MemberReader) throws(FieldFault) {
        format = try fields.choice(of: PictureFormat.allCases.map { ($0.rawValue, $0) } + [("jpg", .jpeg)])
    }

    // MARK: the whole

    /// The prompt, defaults standing where nothing was given.
    /// - Parameter models: whether a model of that name is known.
    func prompt(_ fields: MemberReader, models: (String) -> Bool) throws(FieldFault) -> ImagePrompt {
        guard let model else { throw fields.fault(.missing).under("model") }
        guard let prompt else { throw fields.fault(.missing).under("prompt") }
        guard models(model) else { throw FieldFault(RequestFault.modelUnknown(model)) }
        var made = ImagePrompt(model: model, prompt: prompt, negativePrompt: negativePrompt, seed: seed)
        if let scheduler { made.scheduler = scheduler }
        if let steps { made.steps = steps }
        if let cfgHundredths { made.cfgHundredths = cfgHundredths }
        if let width { made.width = width }
        if let height { made.height = height }
        if let format { made.format = format }
        return made
    }
}
