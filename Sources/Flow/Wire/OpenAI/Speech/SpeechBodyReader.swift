import Inference

/// Keeps what was learnt of a request for speech, member by member. Source: OpenAI's openapi.yaml, `CreateSpeechRequest`.
///
/// OpenAI refuses members it does not know; servers of one's own have more of them than OpenAI (`lang_code`, `volume_multiplier`), and their
/// clients send them everywhere. So here they are dropped, as in chat.
struct SpeechBodyReader {
    private var model: String?
    private var input: String?
    private var voice: String?
    private var format = SpeechFormat.mp3
    private var speedHundredths = 100
    private var instructions: String?
    private var delivery = SpeechRequest.Delivery.audio

    /// - Returns: false for a member that is of no account here.
    mutating func readMember(_ key: JSONText, _ fields: inout MemberReader) throws(FieldFault) -> Bool {
        switch key {
        case "model": model = try fields.text(bytesMax: ImageRequestLimits.nameBytesMax)
        case "input": input = try readInput(&fields)
        case "voice": voice = try fields.textOrID(bytesMax: SpeechPrompt.voiceBytesMax)
        case "response_format": format = try fields.choice(of: SpeechFormat.allCases.map { ($0.rawValue, $0) })
        case "speed": speedHundredths = try fields.hundredths(SpeechPrompt.speedHundredthsRange)
        case "instructions": instructions = try readText(&fields, scalarsMax: SpeechPrompt.instructionsScalarsMax)
        case "stream_format": delivery = try fields.choice(of: SpeechRequest.Delivery.allCases.map { ($0.rawValue, $0) })
        default:
            try fields.skip()
            return false
        }
        return true
    }

    private func readInput(_ fields: inout MemberReader) throws(FieldFault) -> String {
        let text = try readText(&fields, scalarsMax: SpeechPrompt.inputScalarsMax)
        if text.isEmpty { throw .emptyString }
        guard text.unicodeScalars.contains(where: \.isSpeakable) else {
            throw FieldFault(code: "nothing_to_speak") {
                "Invalid '\($0)': nothing in it can be spoken. Expected at least one letter, digit or symbol."
            }
        }
        return text
    }

    /// Text of at most so many Unicode scalars, whatever they are: what cannot be spoken is left out by whoever speaks.
    private func readText(_ fields: inout MemberReader, scalarsMax: Int) throws(FieldFault) -> String {
        let text = try fields.anyText()
        let count = text.unicodeScalars.count
        guard count <= scalarsMax else { throw .stringTooLong(max: scalarsMax, got: count) }
        return text
    }

    /// - Parameter fields: what every member was read from.
    func request(
        _ fields: MemberReader, _ manners: SpeechRequest.Manners, models: (String) -> Bool
    ) throws(FieldFault) -> SpeechRequest {
        let isLenient = manners == .reference
        guard let model = model ?? (isLenient ? "tts-1" : nil) else { throw .missing("model") }
        guard let input else { throw .missing("input") }
        guard let voice = voice ?? (isLenient ? "alloy" : nil) else { throw .missing("voice") }
        guard models(model) else { throw FieldFault(.modelUnknown(model)) }
        return SpeechRequest(
            prompt: SpeechPrompt(
                model: model, input: input, voice: voice, format: format, speedHundredths: speedHundredths,
                instructions: instructions),
            delivery: delivery, droppedMembers: fields.dropped)
    }
}

extension Unicode.Scalar {
    /// A letter, a digit or a symbol, emoji among them: a text of white space, marks of punctuation and controls alone is silence.
    fileprivate var isSpeakable: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber, .mathSymbol, .currencySymbol, .otherSymbol:
            true
        default: false
        }
    }
}
