import Inference

extension EngineRefusal {
    static let nothingToSpeak = EngineRefusal(
        status: 400, message: "Nothing in 'input' can be spoken by this voice.", param: "input", code: "nothing_to_speak")

    static func voiceUnknown(_ name: String) -> EngineRefusal {
        EngineRefusal(
            status: 400, message: "'voice': expected a voice that GET /v1/audio/voices lists, got '\(name)'.", param: "voice",
            code: "voice_not_found")
    }
}
