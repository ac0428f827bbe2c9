import Engines

/// Engines that speak.
extension EngineSetting {
    /// The engine that speaks where nothing else is said; it is there whether or not a file names it.
    static let espeakName = "espeak"

    static func espeak(_ section: Section, name: String) -> EngineSetting {
        var options = EspeakEngine.Options(name: name)
        options.program = section.text("program", default: options.program)
        options.processes = section.wholeNumber("processes", in: EspeakLimits.processesRange, default: options.processes)
        return .espeak(options)
    }

    /// nil: what is wrong has been said.
    static func openAISpeech(_ section: Section, name: String) -> EngineSetting? {
        let baseURL = section.requiredText("base_url", expected: "the address before /audio/speech")
        do throws(EngineAddress.Fault) {
            // A stand-in lets the other keys be read and judged although this one is wrong.
            var options = try OpenAISpeechEngine.Options(
                name: name, baseURL: baseURL ?? "http://127.0.0.1/v1", key: section.secret("api_key").flatMap { Secret($0) })
            options.trustedRoots = section.optionalText("trusted_roots", shownAs: "the system's")
            return baseURL == nil ? nil : .openAISpeech(options)
        } catch {
            section.reading.add(
                "expected the address before /audio/speech: \(error.description)", at: section.path("base_url"),
                section.setting("base_url")?.origin ?? section.origin)
            section.forgive()
            return nil
        }
    }
}
